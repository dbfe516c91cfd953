package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// normalise gives an answer in the form in which contenders are compared: fields by name, numbers by value, no cursors,
// which are each server's own business, and without what else is named.
func normalise(answer []byte, without ...string) (string, error) {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return "", fmt.Errorf("no JSON: %w: %.200s", err, answer)
	}
	left := map[string]bool{"endCursor": true, "startCursor": true, "cursor": true, "extensions": true}
	for _, name := range without {
		left[name] = true
	}
	text, err := json.MarshalIndent(clean(value, left), "", " ") // sorts the fields
	return string(text), err
}

func clean(value any, without map[string]bool) any {
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			if without[name] {
				delete(v, name)
			} else {
				v[name] = clean(v[name], without)
			}
		}
	case []any:
		for i := range v {
			v[i] = clean(v[i], without)
		}
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
		}
	}
	return value
}

// endCursor finds the first cursor of an answer that leads on.
func endCursor(answer []byte) string {
	const name = `"endCursor":`
	_, rest, ok := bytes.Cut(answer, []byte(name))
	if !ok {
		return ""
	}
	var cursor string
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&cursor); err != nil {
		return "" // null
	}
	return cursor
}

// difference shows where two texts part.
func difference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	around := func(s string) string { return s[min(max(i-60, 0), len(s)):min(i+100, len(s))] }
	return fmt.Sprintf("…%s…\ninstead of\n…%s…", around(b), around(a))
}
