package localize

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

//go:embed texts/*.json
var files embed.FS

// catalogue is read once, at start; a mistake in a text stops the program there and in every test.
var catalogue = mustLoad()

func mustLoad() map[Language]map[string]text {
	entries, err := files.ReadDir("texts")
	if err != nil {
		panic(err)
	}
	all := map[Language]map[string]text{Korean: {}, English: {}}
	for _, e := range entries {
		raw, err := files.ReadFile(path.Join("texts", e.Name()))
		if err != nil {
			panic(err)
		}
		if err := load(all, e.Name(), raw); err != nil {
			panic(err)
		}
	}
	return all
}

// load adds one file, named DOMAIN.LANGUAGE.json.
func load(all map[Language]map[string]text, name string, raw []byte) error {
	_, tag, _ := strings.Cut(strings.TrimSuffix(name, ".json"), ".")
	texts, ok := all[Language(tag)]
	if !ok {
		return fmt.Errorf("localize: %s: the name must end in .ko.json or .en.json", name)
	}
	var sources map[string]string
	if err := json.Unmarshal(raw, &sources); err != nil {
		return fmt.Errorf("localize: %s: %w", name, err)
	}
	for key, source := range sources {
		if _, twice := texts[key]; twice {
			return fmt.Errorf("localize: %s: %q is in another file already", name, key)
		}
		t, err := parse(source)
		if err != nil {
			return fmt.Errorf("localize: %s: %q: %w", name, key, err)
		}
		texts[key] = t
	}
	return nil
}
