//go:build fleet

package fleet

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"styleshare/graph"
)

// The code generators of clients compile the apps' operations against the schema, and what they made is used by a program
// that type-checks: urql's typed documents, Relay's artifacts, and the Swift of Apollo's last generator on npm.
func TestClientsCompileTheOperations(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "clients")
	copyExample(t, dir)
	writeClientSchema(t, filepath.Join(dir, "schema.graphql"))
	if err := os.CopyFS(filepath.Join(dir, "operations"), os.DirFS(filepath.Join(root, "graph", "operations"))); err != nil {
		t.Fatal(err)
	}
	run := func(in, name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = filepath.Join(dir, in)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	run(".", "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	for _, script := range []string{"urql", "relay", "check"} {
		run(".", "npm", "run", "--silent", script)
	}
	run("apollo", "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	for target, file := range map[string]string{"swift": "API.swift", "json-modern": "operations.json"} {
		run("apollo", "npx", "apollo", "client:codegen", "--target="+target, "--localSchemaFile=../schema.graphql",
			"--includes=../operations/*.graphql", "--tagName=graphql", "--passthroughCustomScalars", file)
	}

	typed, swift := content(t, dir, "urql/graphql.ts"), content(t, dir, "apollo/API.swift")
	for _, o := range graph.Operations().Operations {
		kind := strings.ToUpper(string(o.Operation[:1])) + string(o.Operation[1:])
		if want := "export const " + o.Name + "Document"; !strings.Contains(typed, want) {
			t.Errorf("graphql-codegen made no %q", want)
		}
		if want := "public final class " + o.Name + kind; !strings.Contains(swift, want) {
			t.Errorf("Apollo made no %q", want)
		}
		_ = content(t, dir, "relay/__generated__/"+o.Name+kind+".graphql.ts")
	}
}

// copyExample takes the files of examples/clients that git knows or would know, not what was installed or generated there.
func copyExample(t *testing.T, dir string) {
	t.Helper()
	from := filepath.Join(root, "examples", "clients")
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard")
	cmd.Dir = from
	names, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(names)) {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(content(t, from, name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// writeClientSchema writes what docs/mobile.md has developers write: one document without extensions, which Relay's compiler
// does not read.
func writeClientSchema(t *testing.T, file string) {
	t.Helper()
	sdl, err := exec.CommandContext(t.Context(), binary(t), "schema").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, sdl, 0o600); err != nil {
		t.Fatal(err)
	}
}
