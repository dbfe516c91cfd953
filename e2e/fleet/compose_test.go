//go:build fleet

package fleet

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"styleshare/internal/config"
	"styleshare/internal/mail"
	"styleshare/internal/push"
)

const composeFile = root + "/deploy/compose.yaml"

// TestComposeFile has Compose itself read the file, and a strict reader of ours look at what it means.
func TestComposeFile(t *testing.T) {
	filled := regexp.MustCompile(`(?m)^([A-Z0-9_]+)=$`).ReplaceAll(readFile(t, root+"/deploy/compose.env"), []byte("$1=filled"))
	env := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(env, filled, 0o600); err != nil {
		t.Fatal(err)
	}
	compose := program(t, "docker-compose")
	resolved, err := exec.Command(compose, "-f", composeFile, "--env-file", env, "config").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, resolved)
	}
	if out, err := exec.Command(compose, "-f", composeFile, "--env-file", "/dev/null", "config").CombinedOutput(); err == nil {
		t.Errorf("it is taken without passwords:\n%s", out)
	}
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
			Build       *struct{ Dockerfile, Target string }
			Ports       []string
		} `yaml:"services"`
	}
	if err = yaml.Unmarshal(resolved, &file); err != nil {
		t.Fatal(err)
	}
	var asWritten map[string]any // a key that stands there twice is refused
	if err = yaml.Unmarshal(readFile(t, composeFile), &asWritten); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"server", "worker", "migrate", "bucket", "postgres", "redis", "memcached", "s3"} {
		if _, ok := file.Services[name]; !ok {
			t.Errorf("there is no service %s", name)
		}
	}
	stages := regexp.MustCompile(`(?m)^FROM \S+ AS (\S+)$`).FindAllStringSubmatch(string(readFile(t, root+"/deploy/Containerfile")), -1)
	for name, service := range file.Services {
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s is open to everybody: %s", name, port)
			}
		}
		if b := service.Build; b != nil && b.Target != "" && !slices.ContainsFunc(stages, func(s []string) bool { return s[1] == b.Target }) {
			t.Errorf("%s is built from %s, which is no stage", name, b.Target)
		}
	}
	checkComposeVariables(t, file.Services["server"].Environment)
}

// checkComposeVariables has the program read what the file tells it.
func checkComposeVariables(t *testing.T, variables map[string]string) {
	t.Helper()
	var environment []string
	for name, value := range variables {
		known := slices.ContainsFunc([]reflect.Type{reflect.TypeFor[config.Config](), reflect.TypeFor[mail.Config](), reflect.TypeFor[push.Config]()}, func(in reflect.Type) bool {
			for field := range in.Fields() {
				if field.Tag.Get("env") == name {
					return true
				}
			}
			return false
		})
		if !known {
			t.Errorf("%s is no variable", name)
		}
		environment = append(environment, name+"="+value)
	}
	c, err := config.Load(environment)
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		t.Error(err)
	}
}

// TestContainerHasItsSources looks whether what .dockerignore leaves out is part of the binary.
func TestContainerHasItsSources(t *testing.T) {
	var ignored []string
	for line := range strings.Lines(string(readFile(t, root+"/.dockerignore"))) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !strings.Contains(line, "*") {
			ignored = append(ignored, line+"/")
		}
	}
	const page = "internal/playground/dist/" // which the image builds itself
	list := exec.Command("go", "list", "-deps", "-f", `{{$d := .Dir}}{{if .Module}}{{if .Module.Main}}{{range .GoFiles}}{{$d}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}
{{end}}{{end}}{{end}}`, ".")
	list.Dir = root
	out, err := list.Output()
	if err != nil || len(out) == 0 {
		t.Fatal(err)
	}
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(string(out)) {
		name := strings.TrimPrefix(strings.TrimSpace(path), checkout+"/")
		for _, prefix := range ignored {
			if strings.HasPrefix(name, prefix) && !strings.HasPrefix(name, page) {
				t.Errorf("%s is part of the binary, and not of what the image is built from", name)
			}
		}
	}
}
