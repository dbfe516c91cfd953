package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// split finds the parts of a request in one JSON object. encoding/json checks the whole of it at once, after which its
// members are where the brackets and quotes say: json.Decoder, member by member, makes four times as much garbage.
func split(body []byte) (p parameters, bad *refusal) {
	notAnObject := func() *refusal { return refused(http.StatusBadRequest, "the body is not a JSON object") }
	rest := skipSpace(body)
	if len(rest) == 0 || rest[0] != '{' {
		return p, notAnObject()
	}
	end := valueEnd(rest)
	if !json.Valid(rest[:end]) {
		return p, notAnObject()
	}
	if len(skipSpace(rest[end:])) > 0 {
		return p, refused(http.StatusBadRequest, "there is something behind the JSON object of the body")
	}
	for rest = skipSpace(rest[1:]); rest[0] != '}'; {
		var name, value []byte
		name, rest = cut(rest)
		value, rest = cut(skipSpace(rest[1:])) // behind the colon
		if into := p.named(unquoted(name)); into != nil {
			if *into != nil {
				return p, refused(http.StatusBadRequest, "%s is given more than once", unquoted(name))
			}
			*into = value
		}
		if rest[0] == ',' {
			rest = skipSpace(rest[1:])
		}
	}
	return p, nil
}

func skipSpace(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

// cut takes a value off the front of the members of an object.
func cut(members []byte) (value, rest []byte) {
	end := valueEnd(members)
	return members[:end], skipSpace(members[end:])
}

// valueEnd is where the JSON value ends that text begins with; somewhere in text where that is none.
func valueEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = stringEnd(text, i); depth == 0 {
				return min(i+1, len(text))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i // of the object that a number or a name is the last value of
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// stringEnd is where the closing quote is of the string that opens at i.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}

// unquoted is what a JSON string says.
func unquoted(text []byte) []byte {
	inner := text[1 : len(text)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	_ = json.Unmarshal(text, &s) // it is known to be well-formed
	return []byte(s)
}
