// Package manifests reads deploy/kubernetes as strictly as Kubernetes can: with its own types. It is a module of its own, so
// that the product needs none of them.
package manifests

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

const dir = "../../deploy/kubernetes"

// objects are what the files hold.
type objects struct {
	deployments map[string]*appsv1.Deployment
	services    []*corev1.Service
	budgets     []*policyv1.PodDisruptionBudget
	scalers     []*autoscalingv2.HorizontalPodAutoscaler
	scaled      []*scaledObject
}

// scaledObject is KEDA's, as far as we use it: its own module would bring the clients of every cloud. Fields that are
// not here are refused.
type scaledObject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		ScaleTargetRef struct {
			Name string `json:"name"`
		} `json:"scaleTargetRef"`
		PollingInterval int32 `json:"pollingInterval"`
		MinReplicaCount int32 `json:"minReplicaCount"`
		MaxReplicaCount int32 `json:"maxReplicaCount"`
		Fallback        struct {
			FailureThreshold int32  `json:"failureThreshold"`
			Replicas         int32  `json:"replicas"`
			Behavior         string `json:"behavior"`
		} `json:"fallback"`
		Advanced struct {
			Config struct {
				Behavior autoscalingv2.HorizontalPodAutoscalerBehavior `json:"behavior"`
			} `json:"horizontalPodAutoscalerConfig"`
		} `json:"advanced"`
		Triggers []struct {
			Type       string            `json:"type"`
			MetricType string            `json:"metricType"`
			Metadata   map[string]string `json:"metadata"`
		} `json:"triggers"`
	} `json:"spec"`
}

func read(t *testing.T) objects {
	t.Helper()
	all := objects{deployments: map[string]*appsv1.Deployment{}}
	files, err := filepath.Glob(dir + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if filepath.Base(file) == "prometheus-adapter.yaml" {
			continue // values of a chart
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for document := range strings.SplitSeq(string(text), "\n---\n") {
			all.add(t, filepath.Base(file), []byte(document))
		}
	}
	return all
}

func (all *objects) add(t *testing.T, file string, document []byte) {
	t.Helper()
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var err error
	switch kind.APIVersion + " " + kind.Kind {
	case "apps/v1 Deployment":
		d := new(appsv1.Deployment)
		err = yaml.UnmarshalStrict(document, d)
		all.deployments[d.Name] = d
	case "v1 Service":
		all.services = append(all.services, new(corev1.Service))
		err = yaml.UnmarshalStrict(document, all.services[len(all.services)-1])
	case "policy/v1 PodDisruptionBudget":
		all.budgets = append(all.budgets, new(policyv1.PodDisruptionBudget))
		err = yaml.UnmarshalStrict(document, all.budgets[len(all.budgets)-1])
	case "autoscaling/v2 HorizontalPodAutoscaler":
		all.scalers = append(all.scalers, new(autoscalingv2.HorizontalPodAutoscaler))
		err = yaml.UnmarshalStrict(document, all.scalers[len(all.scalers)-1])
	case "keda.sh/v1alpha1 ScaledObject":
		all.scaled = append(all.scaled, new(scaledObject))
		err = yaml.UnmarshalStrict(document, all.scaled[len(all.scaled)-1])
	default:
		t.Errorf("%s: nobody knows %+v", file, kind)
	}
	if err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

// What a process takes to end, in seconds: serve.go accepts requests for 2 s more and gives those in flight 20 s, like jobs.
const drains = 2 + 20

func TestDeployments(t *testing.T) {
	for name, d := range read(t).deployments {
		pod := d.Spec.Template
		selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		if err != nil || !selector.Matches(labels.Set(pod.Labels)) {
			t.Errorf("%s does not select its pods: %v", name, err)
		}
		c := pod.Spec.Containers[0]
		ports := []string{}
		for _, p := range c.Ports {
			ports = append(ports, p.Name)
		}
		for what, probe := range map[string]*corev1.Probe{"/readyz": c.ReadinessProbe, "/healthz": c.LivenessProbe} {
			if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != what || !slices.Contains(ports, probe.HTTPGet.Port.String()) {
				t.Errorf("%s: no probe asks %s at a port of %v", name, what, ports)
			}
		}
		if c.Resources.Requests.Cpu().IsZero() || c.Resources.Limits.Memory().IsZero() {
			t.Errorf("%s asks for no CPU, which is what it is scaled by, or may take all memory", name)
		}
		if s := pod.Spec.SecurityContext; s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot {
			t.Errorf("%s may be root", name)
		}
		if name == "styleshare-scheduler" {
			continue // it has nothing in flight
		}
		hook := int64(0)
		if c.Lifecycle != nil && c.Lifecycle.PreStop.Sleep != nil {
			hook = c.Lifecycle.PreStop.Sleep.Seconds
		}
		if grace := pod.Spec.TerminationGracePeriodSeconds; grace == nil || *grace < hook+drains {
			t.Errorf("%s is killed before it has drained", name)
		}
		if (name == "styleshare-server") != (hook > 0) {
			t.Errorf("%s sleeps %d s before it is told to end", name, hook)
		}
		if d.Spec.Replicas != nil {
			t.Errorf("%s has replicas, which are its scaler's", name)
		}
	}
}

func TestServiceAndBudgetsFindPods(t *testing.T) {
	all := read(t)
	server, worker := all.deployments["styleshare-server"], all.deployments["styleshare-worker"]
	if len(all.services) != 1 || !labels.SelectorFromSet(all.services[0].Spec.Selector).Matches(labels.Set(server.Spec.Template.Labels)) {
		t.Error("the service finds no server")
	}
	for _, d := range []*appsv1.Deployment{server, worker} {
		if !slices.ContainsFunc(all.budgets, func(b *policyv1.PodDisruptionBudget) bool {
			selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
			return err == nil && b.Spec.MaxUnavailable != nil && selector.Matches(labels.Set(d.Spec.Template.Labels))
		}) {
			t.Errorf("%s has no budget", d.Name)
		}
	}
}

func TestScalers(t *testing.T) {
	all := read(t)
	if len(all.scalers) != 1 || len(all.scaled) != 1 {
		t.Fatalf("%d and %d scalers", len(all.scalers), len(all.scaled))
	}
	h, k := all.scalers[0].Spec, all.scaled[0].Spec
	if all.deployments[h.ScaleTargetRef.Name] == nil || h.MinReplicas == nil || *h.MinReplicas < 2 || h.MaxReplicas <= *h.MinReplicas {
		t.Errorf("the servers' scaler: %+v", h)
	}
	metrics := []string{}
	for _, m := range h.Metrics {
		if m.Resource != nil && m.Resource.Target.Type == autoscalingv2.UtilizationMetricType && m.Resource.Target.AverageUtilization != nil {
			metrics = append(metrics, string(m.Resource.Name))
		}
		if m.Pods != nil && m.Pods.Target.Type == autoscalingv2.AverageValueMetricType && m.Pods.Target.AverageValue != nil {
			metrics = append(metrics, m.Pods.Metric.Name)
		}
	}
	if !slices.Equal(metrics, []string{"cpu", "http_requests_in_flight"}) {
		t.Errorf("servers are scaled by %v", metrics)
	}
	if all.deployments[k.ScaleTargetRef.Name] == nil || k.MinReplicaCount < 1 || k.MaxReplicaCount <= k.MinReplicaCount {
		t.Errorf("the workers' scaler: %+v", k)
	}
	if len(k.Triggers) != 2 || k.Triggers[0].Type != "cpu" || k.Triggers[1].Type != "prometheus" ||
		!strings.Contains(k.Triggers[1].Metadata["query"], "outbox_oldest_untaken_seconds") {
		t.Errorf("workers are scaled by %+v", k.Triggers)
	}
	for name, b := range map[string]*autoscalingv2.HorizontalPodAutoscalerBehavior{"servers": h.Behavior, "workers": &k.Advanced.Config.Behavior} {
		up, down := b.ScaleUp.StabilizationWindowSeconds, b.ScaleDown.StabilizationWindowSeconds
		if up == nil || down == nil || *down < *up+300 {
			t.Errorf("%s go as fast as they come", name)
		}
	}
}

// A field that Kubernetes does not know is a mistake that nobody sees: it is the strictness that the tests above rest on.
func TestUnknownFieldsAreRefused(t *testing.T) {
	for _, text := range []string{
		"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {maxReplica: 3}",
		"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {pollInterval: 3}",
	} {
		hpa, keda := yaml.UnmarshalStrict([]byte(text), new(autoscalingv2.HorizontalPodAutoscaler)), yaml.UnmarshalStrict([]byte(text), new(scaledObject))
		if hpa == nil || keda == nil {
			t.Errorf("taken: %s", text)
		}
	}
}
