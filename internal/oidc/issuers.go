package oidc

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Issuer is somebody whose ID tokens count.
type Issuer struct {
	// URL is what tokens name as `iss`, letter by letter.
	URL string
	// ClientIDs are our names at the issuer, one of which a token must be for: of the web page, the iOS app, the Android app.
	ClientIDs []string
}

// ParseIssuers reads `issuer=client-id` entries; an issuer with several client ids is named once for each. All mistakes
// are given at once.
func ParseIssuers(entries []string) (issuers []Issuer, mistakes []error) {
	for _, entry := range entries {
		address, clientID, found := strings.Cut(strings.TrimSpace(entry), "=")
		address, clientID = strings.TrimSpace(address), strings.TrimSpace(clientID)
		if !found || clientID == "" || strings.ContainsAny(clientID, " =") {
			mistakes = append(mistakes, fmt.Errorf("%q must be like https://accounts.google.com=client-id", entry))
			continue
		}
		if err := checkAddress(address); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%q %w", entry, err))
			continue
		}
		at := slices.IndexFunc(issuers, func(i Issuer) bool { return i.URL == address })
		if at < 0 {
			issuers, at = append(issuers, Issuer{URL: address}), len(issuers)
		}
		if slices.Contains(issuers[at].ClientIDs, clientID) {
			mistakes = append(mistakes, fmt.Errorf("%q is there twice", entry))
			continue
		}
		issuers[at].ClientIDs = append(issuers[at].ClientIDs, clientID)
	}
	return issuers, mistakes
}

// checkAddress takes https, and http on this machine for tests and development: whoever can change what an issuer says on
// its way can sign in as anybody.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("must begin with the address of an issuer, like https://accounts.google.com")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return fmt.Errorf("must begin with https://")
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
