package models_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"styleshare/internal/rowcodec"
	"styleshare/models"
)

// What is cached comes back whole: each field of each type, whatever is in it.
func TestCachedRowsComeBack(t *testing.T) {
	t.Parallel()
	comesBack(t, models.UserFields)
	comesBack(t, models.StyleFields)
	comesBack(t, models.PhotoFields)
	comesBack(t, models.CommentFields)
	comesBack(t, models.CommentHeadFields)
	comesBack(t, models.ItemTagFields)
	comesBack(t, models.TagFields)
	comesBack(t, models.BrandFields)
	comesBack(t, models.CollectionFields)
	comesBack(t, models.QuestionFields)
	comesBack(t, models.AnswerFields)
}

func comesBack[V any](t *testing.T, fields func(*V, *rowcodec.Fields)) {
	t.Helper()
	t.Run(reflect.TypeFor[V]().Name(), func(t *testing.T) {
		t.Parallel()
		codec := rowcodec.New(fields)
		rapid.Check(t, func(t *rapid.T) {
			in := new(V)
			fillIn(t, reflect.ValueOf(in).Elem())
			out, err := codec.Decode(codec.Encode(in))
			if err != nil || !reflect.DeepEqual(in, out) {
				t.Fatalf("%+v became %+v, %v", in, out, err)
			}
		})
	})
}

// fillIn puts anything into a row.
func fillIn(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "µs"))))
			return
		}
		for field, value := range v.Fields() {
			if !field.Anonymous {
				fillIn(t, value)
			}
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fillIn(t, v.Elem())
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 4).Draw(t, "length"), 4))
		for i := range v.Len() {
			fillIn(t, v.Index(i))
		}
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Float64:
		v.SetFloat(rapid.Float64().Draw(t, "float"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "int"))
	default:
		t.Fatalf("a cached row with a %s", v.Type())
	}
}
