package cost

import (
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Cost is what the operation costs at most with these variables, which the executor has coerced. It is 1 at least.
func (p *Plan) Cost(variables map[string]any) int {
	return int(plus(1, p.sum.cost(variables)))
}

func (s *sum) cost(variables map[string]any) int64 {
	all := s.fixed
	for i := range s.parts {
		all = plus(all, s.parts[i].cost(variables))
	}
	return all
}

func (p *part) cost(variables map[string]any) int64 {
	for _, c := range p.when {
		if value, _ := variables[c.variable].(bool); value != c.wanted {
			return 0
		}
	}
	var dearest int64
	for i := range p.below {
		dearest = max(dearest, p.below[i].cost(variables))
	}
	each := plus(p.weight, dearest)
	if p.size == nil {
		return each
	}
	return min(each*p.size.value(variables), saturated)
}

func plus(a, b int64) int64 { return min(a+b, saturated) }

// size is how long a list of one field is.
type size struct {
	*listSize
	fixed     int64 // of arguments that are no variables; -1 without any
	variables []string
}

// of reads the arguments of a field.
func (l *listSize) of(f *ast.Field) *size {
	s := &size{listSize: l, fixed: -1}
	for _, name := range l.arguments {
		a := f.Arguments.ForName(name)
		switch {
		case a == nil:
		case a.Value.Kind == ast.Variable:
			s.variables = append(s.variables, a.Value.Raw)
		default:
			if n, ok := literal(a.Value); ok {
				s.fixed = max(s.fixed, n)
			}
		}
	}
	return s
}

// literal is the number that a value is, or the number of its entries.
func literal(v *ast.Value) (int64, bool) {
	switch v.Kind {
	case ast.IntValue:
		n, err := strconv.ParseInt(v.Raw, 10, 64)
		return n, err == nil
	case ast.ListValue:
		return int64(len(v.Children)), true
	case ast.NullValue:
		return 0, false
	default:
		return 1, true // one value stands for a list of one
	}
}

func (s *size) value(variables map[string]any) int64 {
	n := s.fixed
	for _, name := range s.variables {
		if given, ok := length(variables[name]); ok {
			n = max(n, given)
		}
	}
	if n < 0 {
		n = s.byDefault
	}
	return min(n, s.max)
}

// length is the number that a variable is, or the number of its entries.
func length(v any) (int64, bool) {
	switch v := v.(type) {
	case nil:
		return 0, false
	case int64:
		return max(v, 0), true
	case json.Number:
		n, err := v.Int64()
		return max(n, 0), err == nil
	case []any:
		return int64(len(v)), true
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return max(r.Int(), 0), true
	case r.Kind() == reflect.Slice:
		return int64(r.Len()), true
	}
	return 1, true
}
