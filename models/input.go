package models

import (
	"net/url"
	"strings"

	"styleshare/internal/caption"
	"styleshare/internal/fault"
)

// maxURL bounds an address, in bytes: what browsers and mail programs take.
const maxURL = 2048

// text normalises what a person wrote and checks its length in characters; field is where it stands in the input.
func text(faults *fault.Users, field, s string, atLeast, atMost int) string {
	s = caption.Normalize(s)
	switch n := caption.Length(s); {
	case n == 0 && atLeast > 0:
		faults.Add(field, fault.Required, "required")
	case n < atLeast:
		faults.Add(field, fault.TooShort, "too_short", atLeast)
	case n > atMost:
		faults.Add(field, fault.TooLong, "too_long", atMost)
	}
	return s
}

// webAddress checks an http or https address.
func webAddress(faults *fault.Users, field, s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	switch {
	case len(s) > maxURL:
		faults.Add(field, fault.TooLong, "too_long", maxURL)
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, " \t\r\n\"<>\\"):
		faults.Add(field, fault.Invalid, "invalid_url")
	}
	return s
}
