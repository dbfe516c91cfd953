package localize

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// text is a parsed message: literal pieces and placeholders in their order.
type text []piece

type piece struct {
	literal  string
	arg      int // index of the argument; -1 for a literal
	particle particle
	one      string // plural forms: a piece that has them shows a word in place of the argument
	other    string
}

// parse reads the notation that the package comment describes.
func parse(source string) (text, error) {
	var t text
	for source != "" {
		before, rest, found := strings.Cut(source, "{")
		if before != "" {
			t = append(t, piece{literal: before, arg: -1})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("a { is never closed")
		}
		p, err := parsePlaceholder(inside)
		if err != nil {
			return nil, fmt.Errorf("{%s}: %w", inside, err)
		}
		t, source = append(t, p), after
	}
	return t, nil
}

func parsePlaceholder(inside string) (piece, error) {
	end := strings.IndexAny(inside, "|#")
	if end < 0 {
		end = len(inside)
	}
	index, err := strconv.ParseUint(inside[:end], 10, 8)
	if err != nil {
		return piece{}, fmt.Errorf("a placeholder begins with the number of its argument")
	}
	p := piece{arg: int(index)}
	switch rest := inside[end:]; {
	case strings.HasPrefix(rest, "|"):
		p.particle, err = particleOf(rest[1:])
	case strings.HasPrefix(rest, "#"):
		var two bool
		if p.one, p.other, two = strings.Cut(rest[1:], "|"); !two || p.one == "" || p.other == "" {
			err = fmt.Errorf("a plural has two forms")
		}
	}
	return p, err
}

// fill writes the text with its arguments. An argument that was not given shows as its placeholder.
func (t text) fill(args []any) string {
	var b strings.Builder
	for _, p := range t {
		switch {
		case p.arg < 0:
			b.WriteString(p.literal)
		case p.arg >= len(args):
			fmt.Fprintf(&b, "{%d}", p.arg)
		case p.other != "":
			if n, ok := integer(args[p.arg]); ok && n == 1 {
				b.WriteString(p.one)
			} else {
				b.WriteString(p.other)
			}
		default:
			word := show(args[p.arg])
			b.WriteString(word)
			b.WriteString(p.particle.after(word))
		}
	}
	return b.String()
}

// show writes an argument the way people write it: integers with separators, everything else plainly.
func show(arg any) string {
	if n, ok := integer(arg); ok {
		return group(n)
	}
	return fmt.Sprint(arg)
}

// integer recognises whole numbers, also those that went through JSON (user errors are stored with their arguments
// for idempotent answers) and came back as float64 or json.Number. Strings are never numbers.
func integer(arg any) (int64, bool) {
	if n, ok := arg.(json.Number); ok {
		i, err := n.Int64()
		return i, err == nil
	}
	v := reflect.ValueOf(arg)
	switch {
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(min(v.Uint(), math.MaxInt64)), true
	case v.CanFloat():
		f := v.Float()
		return int64(f), f == math.Trunc(f) && math.Abs(f) < 1<<53
	default:
		return 0, false
	}
}

func group(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
