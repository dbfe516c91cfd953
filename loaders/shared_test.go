package loaders_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"styleshare/internal/cache"
	"styleshare/internal/testkit"
	"styleshare/models"
)

// walker calls everything that can be asked of the objects of the API, and remembers how their rows were at first.
type walker struct {
	t    *testing.T
	rows map[any][]byte // by the pointer to the row
	seen map[any]bool   // objects of this caller
}

// object calls all accessors of an object, without arguments where they take some, and goes on with what they give.
func (w *walker) object(v reflect.Value, depth int) {
	if v.IsNil() || w.seen[v.Interface()] || depth == 0 {
		return
	}
	w.seen[v.Interface()] = true
	for i := range v.Elem().NumField() {
		if row := v.Elem().Field(i); row.Kind() == reflect.Pointer && !row.IsNil() && strings.HasPrefix(row.Type().String(), "*models.") {
			w.row(row.Interface())
		}
	}
	for i := range v.NumMethod() {
		m := v.Method(i)
		arguments := make([]reflect.Value, m.Type().NumIn())
		if len(arguments) > 0 && m.Type().In(0).Kind() == reflect.Interface {
			continue // a context: it is a method of Loaders
		}
		for n := range arguments {
			arguments[n] = reflect.Zero(m.Type().In(n))
		}
		if m.Type().IsVariadic() {
			arguments = arguments[:len(arguments)-1]
		}
		for _, result := range m.Call(arguments) {
			w.follow(result, depth)
		}
	}
}

func (w *walker) follow(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			w.follow(v.Elem(), depth)
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.follow(v.Index(i), depth)
		}
	case reflect.Pointer:
		if !strings.HasPrefix(v.Type().String(), "*loaders.") || v.IsNil() {
			return
		}
		if nodes := v.Elem().FieldByName("Nodes"); nodes.IsValid() {
			w.follow(nodes, depth)
		}
		w.object(v, depth-1)
	default:
	}
}

func (w *walker) row(row any) {
	if w.rows[row] == nil {
		w.rows[row] = w.encoded(row)
	}
}

func (w *walker) encoded(row any) []byte {
	w.t.Helper()
	b, err := json.Marshal(row)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// Rows are shared by all requests of a process for seconds: nothing that can be asked may change one.
func TestNothingChangesARowThatOthersShare(t *testing.T) {
	t.Parallel()
	r := newProcessWith(t, testkit.Database(t), cache.Config{Servers: []string{testkit.Memcached(t)}, LocalBytes: 32 << 20})
	reader, styles := r.community(t, 2)
	question, err := r.db.AskQuestion(t.Context(), models.Attempt{UserID: reader}, models.QuestionInput{Body: "which coat?"})
	if err != nil {
		t.Fatal(err)
	}
	w := &walker{t: t, rows: map[any][]byte{}}
	for range 2 { // what the first has put into memory, the second shares
		for _, viewer := range []int64{reader, 0} {
			w.seen = map[any]bool{}
			w.object(reflect.ValueOf(r.loaders.Viewer(as(t, reader))), 5)
			for _, id := range styles {
				s, err := r.loaders.Style(as(t, viewer), id)
				if err != nil {
					t.Fatal(err)
				}
				w.object(reflect.ValueOf(s), 5)
			}
			q, err := r.loaders.Question(as(t, viewer), question)
			if err != nil {
				t.Fatal(err)
			}
			w.object(reflect.ValueOf(q), 5)
		}
	}
	kinds := map[string]int{}
	for row, before := range w.rows {
		kinds[reflect.TypeOf(row).String()]++
		if !bytes.Equal(before, w.encoded(row)) {
			t.Errorf("changed: %T %+v", row, row)
		}
	}
	for _, kind := range []string{"*models.Style", "*models.User", "*models.Photo", "*models.Comment", "*models.Question"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s was reached: %v", kind, kinds)
		}
	}
	if r.cache.Stats().LocalHits == 0 {
		t.Error("nothing was shared")
	}
}
