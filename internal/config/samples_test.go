package config_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"styleshare/internal/backup"
	"styleshare/internal/config"
	"styleshare/internal/mail"
	"styleshare/internal/push"
)

// An operator learns of a variable from the README and from the packaged configuration.
func TestEveryVariableIsExplainedAndInTheSample(t *testing.T) {
	t.Parallel()
	readme, sample := read(t, "../../README.md"), read(t, "../../deploy/styleshare.env")
	for _, in := range []reflect.Type{reflect.TypeFor[config.Config](), reflect.TypeFor[backup.Config](), reflect.TypeFor[mail.Config](), reflect.TypeFor[push.Config]()} {
		for field := range in.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
			if name == "" {
				continue
			}
			if !strings.Contains(readme, "`"+name+"`") {
				t.Errorf("%s is not in README.md", name)
			}
			if !regexp.MustCompile(`(?m)^#` + name + `=`).MatchString(sample) {
				t.Errorf("%s is not in deploy/styleshare.env", name)
			}
		}
	}
}

// A sample that is used as it is must not surprise: all of it is commented out, and what it shows is right.
func TestTheSampleIsAGoodConfiguration(t *testing.T) {
	t.Parallel()
	var environment []string
	for line := range strings.Lines(read(t, "../../deploy/styleshare.env")) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			t.Errorf("%s is set", line)
		}
		if name, value, ok := strings.Cut(strings.TrimPrefix(line, "#"), "="); ok && !strings.Contains(name, " ") && !strings.Contains(value, "/etc/") {
			environment = append(environment, name+"="+strings.Trim(value, `"`))
		}
	}
	c, err := config.Load(environment)
	if err != nil {
		t.Fatal(err)
	}
	c.Push = push.Config{} // halves of keys, whose files are elsewhere
	if err = c.Validate(); err != nil {
		t.Error(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
