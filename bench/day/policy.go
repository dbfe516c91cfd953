package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// change is how fast a number of replicas may change: by a percentage or by pods within a period, whichever is more.
type change struct {
	StabilizationWindowSeconds int `yaml:"stabilizationWindowSeconds"`
	Policies                   []struct {
		Type          string `yaml:"type"`
		Value         int    `yaml:"value"`
		PeriodSeconds int    `yaml:"periodSeconds"`
	} `yaml:"policies"`
}

type behavior struct {
	ScaleUp   change `yaml:"scaleUp"`
	ScaleDown change `yaml:"scaleDown"`
}

// step is an adjustment of step scaling, its bounds in seconds above the alarm's threshold; above 0 and no upper bound is the last.
type step struct {
	From float64  `yaml:"MetricIntervalLowerBound"`
	To   *float64 `yaml:"MetricIntervalUpperBound"`
	Add  int      `yaml:"ScalingAdjustment"`
}

// policy is how one kind of process is scaled, as a file of deploy/ says.
type policy struct {
	min, max int
	cores    float64 // of one replica
	cpu      float64 // the share of its cores that is aimed at
	inFlight float64 // requests of a process that are aimed at; 0 for workers
	age      float64 // seconds that the oldest job may wait; 0 for servers
	boot     time.Duration
	behavior behavior // of Kubernetes
	steps    []step   // of AWS
}

// fleet are the policies of servers and workers.
type fleet struct {
	name             string
	server, worker   policy
	newScaler        func(policy) scaler
	serverU, workerU string // what one of them is called
}

// Delays that no file says, because they are the cloud's: from the decision until a process is ready.
const (
	podBoot      = 30 * time.Second
	instanceBoot = 2 * time.Minute
	// instanceCores are those of the template's default type.
	instanceCores = 2
)

// manifest is what the simulation needs of any of Kubernetes' kinds.
type manifest struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name string `yaml:"name"`
	} `yaml:"metadata"`
	Spec struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Resources struct {
						Requests struct {
							CPU string `yaml:"cpu"`
						} `yaml:"requests"`
					} `yaml:"resources"`
				} `yaml:"containers"`
			} `yaml:"spec"`
		} `yaml:"template"`
		MinReplicas int `yaml:"minReplicas"`
		MaxReplicas int `yaml:"maxReplicas"`
		Metrics     []struct {
			Resource struct {
				Target struct {
					AverageUtilization float64 `yaml:"averageUtilization"`
				} `yaml:"target"`
			} `yaml:"resource"`
			Pods struct {
				Target struct {
					AverageValue string `yaml:"averageValue"`
				} `yaml:"target"`
			} `yaml:"pods"`
		} `yaml:"metrics"`
		Behavior        behavior `yaml:"behavior"`
		MinReplicaCount int      `yaml:"minReplicaCount"`
		MaxReplicaCount int      `yaml:"maxReplicaCount"`
		Advanced        struct {
			Config struct {
				Behavior behavior `yaml:"behavior"`
			} `yaml:"horizontalPodAutoscalerConfig"`
		} `yaml:"advanced"`
		Triggers []struct {
			Type     string            `yaml:"type"`
			Metadata map[string]string `yaml:"metadata"`
		} `yaml:"triggers"`
	} `yaml:"spec"`
}

// kubernetes reads deploy/kubernetes.
func kubernetes(files fs.FS) (fleet, error) {
	f := fleet{name: "Kubernetes: HorizontalPodAutoscaler and KEDA", newScaler: newHPA, serverU: "pods of 1 core", workerU: "pods of a quarter of a core"}
	for _, name := range []string{"server.yaml", "worker.yaml", "worker-scaler.yaml"} {
		text, err := fs.ReadFile(files, "kubernetes/"+name)
		if err != nil {
			return f, err
		}
		for document := range strings.SplitSeq(string(text), "\n---\n") {
			var m manifest
			if err := yaml.Unmarshal([]byte(document), &m); err != nil {
				return f, fmt.Errorf("%s: %w", name, err)
			}
			if err := m.tell(&f); err != nil {
				return f, fmt.Errorf("%s: %s: %w", name, m.Metadata.Name, err)
			}
		}
	}
	return f, f.check()
}

// tell adds what one manifest says to the fleet.
func (m manifest) tell(f *fleet) error {
	p := &f.server
	if m.Metadata.Name == "styleshare-worker" {
		p = &f.worker
	} else if m.Metadata.Name != "styleshare-server" {
		return nil
	}
	p.boot = podBoot
	var err error
	number := func(text string) (n float64) {
		if n, err = strconv.ParseFloat(strings.TrimSuffix(text, "m"), 64); strings.HasSuffix(text, "m") {
			n /= 1000
		}
		return n
	}
	switch m.Kind {
	case "Deployment":
		p.cores = number(m.Spec.Template.Spec.Containers[0].Resources.Requests.CPU)
	case "HorizontalPodAutoscaler":
		p.min, p.max, p.behavior = m.Spec.MinReplicas, m.Spec.MaxReplicas, m.Spec.Behavior
		for _, metric := range m.Spec.Metrics {
			p.cpu += metric.Resource.Target.AverageUtilization / 100
			if metric.Pods.Target.AverageValue != "" {
				p.inFlight = number(metric.Pods.Target.AverageValue)
			}
		}
	case "ScaledObject":
		p.min, p.max, p.behavior = m.Spec.MinReplicaCount, m.Spec.MaxReplicaCount, m.Spec.Advanced.Config.Behavior
		for _, trigger := range m.Spec.Triggers {
			if trigger.Type == "cpu" {
				p.cpu = number(trigger.Metadata["value"]) / 100
			} else {
				p.age = number(trigger.Metadata["threshold"])
			}
		}
	}
	return err
}

// aws reads deploy/aws/autoscaling.yaml.
func aws(files fs.FS) (fleet, error) {
	f := fleet{name: "AWS: Auto Scaling groups", newScaler: newGroup, serverU: "machines of 2 cores", workerU: "machines of 2 cores"}
	text, err := fs.ReadFile(files, "aws/autoscaling.yaml")
	if err != nil {
		return f, err
	}
	var template struct {
		Resources map[string]struct {
			Properties struct {
				MinSize  string `yaml:"MinSize"`
				MaxSize  string `yaml:"MaxSize"`
				Tracking struct {
					TargetValue float64 `yaml:"TargetValue"`
				} `yaml:"TargetTrackingConfiguration"`
				StepAdjustments []step  `yaml:"StepAdjustments"`
				Threshold       float64 `yaml:"Threshold"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err = yaml.Unmarshal(text, &template); err != nil {
		return f, err
	}
	group := func(name string) (p policy) {
		size := template.Resources[name].Properties
		p.min, _ = strconv.Atoi(size.MinSize) // 0 is refused below
		p.max, _ = strconv.Atoi(size.MaxSize)
		p.cpu = template.Resources[name+"ByCPU"].Properties.Tracking.TargetValue / 100
		p.cores, p.boot = instanceCores, instanceBoot
		return p
	}
	f.server, f.worker = group("Servers"), group("Workers")
	f.server.inFlight = template.Resources["ServersByRequestsInFlight"].Properties.Tracking.TargetValue
	f.worker.age = template.Resources["OldestJobWaits"].Properties.Threshold
	f.worker.steps = template.Resources["WorkersByAge"].Properties.StepAdjustments
	if len(f.worker.steps) == 0 {
		return f, errors.New("WorkersByAge has no steps")
	}
	return f, f.check()
}

// check refuses a fleet of which a number was not found.
func (f fleet) check() error {
	for what, n := range map[string]float64{"fewest servers": float64(f.server.min), "most servers": float64(f.server.max), "cores of a server": f.server.cores,
		"CPU of servers": f.server.cpu, "requests in flight": f.server.inFlight, "fewest workers": float64(f.worker.min),
		"most workers": float64(f.worker.max), "cores of a worker": f.worker.cores, "CPU of workers": f.worker.cpu, "age of jobs": f.worker.age} {
		if n <= 0 {
			return fmt.Errorf("%s: the files do not tell the %s", f.name, what)
		}
	}
	return nil
}
