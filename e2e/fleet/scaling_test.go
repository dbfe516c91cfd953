//go:build fleet

package fleet

import (
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestScalingKubernetes has Kubernetes' own types read the manifests, in a module of its own.
func TestScalingKubernetes(t *testing.T) {
	cmd := exec.Command("go", "test", "-count=1", "-v", ".")
	cmd.Dir = root + "/tools/manifests"
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

const template = root + "/deploy/aws/autoscaling.yaml"

// TestScalingAWS looks whether everything that the template names is there: CloudFormation would say so after minutes.
func TestScalingAWS(t *testing.T) {
	text := readFile(t, template)
	var file struct {
		Parameters map[string]any `yaml:"Parameters"`
		Resources  map[string]struct {
			Type       string         `yaml:"Type"`
			Properties map[string]any `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	known := []string{}
	for name := range file.Parameters {
		known = append(known, name)
	}
	used := map[string]bool{}
	for name, r := range file.Resources {
		known = append(known, name)
		if r.Type == "" || len(r.Properties) == 0 {
			t.Errorf("%s has no type, or no properties", name)
		}
	}
	names := regexp.MustCompile(`!Ref ([A-Za-z]+)|!GetAtt ([A-Za-z]+)\.|\$\{([A-Za-z]+)\}`)
	for _, found := range names.FindAllSubmatch(text, -1) {
		name := string(slices.Concat(found[1], found[2], found[3]))
		used[name] = true
		if !slices.Contains(known, name) {
			t.Errorf("%s names %q, which is nowhere", found[0], name)
		}
	}
	for name := range file.Parameters {
		if !used[name] {
			t.Errorf("the parameter %s is for nothing", name)
		}
	}
	for _, group := range []string{"Servers", "Workers"} {
		hooks, _ := file.Resources[group].Properties["LifecycleHookSpecificationList"].([]any)
		if len(hooks) != 1 {
			t.Errorf("%s has %d hooks, want one in which it drains", group, len(hooks))
		}
	}
}
