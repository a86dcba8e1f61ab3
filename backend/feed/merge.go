package feed

import (
	"cmp"
	"maps"
	"net/url"
	"strings"

	"signalbox/backend/live"
)

// origin is the server that an address leads to: scheme, host and port, in one
// form. Secrets belong to it.
func origin(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	scheme := strings.ToLower(u.Scheme)
	if port != "" && !(scheme == "http" && port == "80") && !(scheme == "https" && port == "443") {
		host += ":" + port
	}
	return scheme + "://" + host
}

// streamOf is what decides whether a Last-Event-ID means anything: the server,
// the path and the query, and what is sent there.
func streamOf(f *live.Feed) [4]string {
	path, query := f.URL, ""
	if u, err := url.Parse(f.URL); err == nil {
		path, query = cmp.Or(u.EscapedPath(), "/"), u.RawQuery
	}
	return [4]string{origin(f.URL) + path, query, cmp.Or(f.Method, "GET"), f.Body}
}

// needsSecrets reports whether the request of a feed has secrets in it.
func needsSecrets(f *live.Feed) bool { return len(usedSecrets(f)) > 0 }

// usedSecrets lists the secrets that a feed's settings ask for: "token",
// "password", and the names of secret headers.
func usedSecrets(f *live.Feed) []string {
	var names []string
	switch f.Auth {
	case "bearer":
		names = append(names, "token")
	case "basic":
		names = append(names, "password")
	}
	for _, h := range f.Headers {
		if h.Secret {
			names = append(names, h.Name)
		}
	}
	return names
}

// missingSecret returns the field of the first secret without which a feed
// cannot be connected, or "". A password may be empty.
func missingSecret(f *live.Feed, s *live.Secrets) string {
	if f.Auth == "bearer" && s.Token == "" {
		return "token"
	}
	for _, h := range f.Headers {
		if h.Secret && s.Headers[h.Name] == "" {
			return "headers"
		}
	}
	return ""
}

// takeSecrets returns the secrets that came with new settings, and takes those
// out of the settings that stand there as the plain values of secret headers.
func takeSecrets(f *live.Feed, given *live.Secrets) live.Secrets {
	var s live.Secrets
	if given != nil {
		s = *given
		s.Headers = maps.Clone(given.Headers)
	}
	headers := make([]live.Header, len(f.Headers))
	for i, h := range f.Headers {
		h.Name = strings.TrimSpace(h.Name)
		if value := strings.TrimSpace(h.Value); h.Secret && value != "" {
			if s.Headers == nil {
				s.Headers = make(map[string]string)
			}
			s.Headers[h.Name] = cmp.Or(s.Headers[h.Name], value)
			h.Value = ""
		}
		headers[i] = h
	}
	f.Headers = headers
	return s
}

// mergeSecrets returns the secrets that a feed has after a change: those that
// were entered, and of the old ones those that the feed uses and that were not
// entered. A form never sees a secret, so it cannot send back one that stays.
// Secrets that are no longer used are dropped.
func mergeSecrets(f *live.Feed, entered, old *live.Secrets) live.Secrets {
	var s live.Secrets
	switch f.Auth {
	case "bearer":
		s.Token = cmp.Or(entered.Token, old.Token)
	case "basic":
		s.Password = cmp.Or(entered.Password, old.Password)
	}
	for _, h := range f.Headers {
		value := cmp.Or(entered.Headers[h.Name], old.Headers[h.Name])
		if !h.Secret || value == "" {
			continue
		}
		if s.Headers == nil {
			s.Headers = make(map[string]string)
		}
		s.Headers[h.Name] = value
	}
	return s
}

// refuseElsewhere returns an Error that names the first stored secret that a feed
// would need at a server for which it was not entered, or nil. Sent there, it
// would be given away by anybody who can edit an address.
func refuseElsewhere(f *live.Feed, merged *live.Secrets, stored *StoredSecrets) error {
	refuse := func(field, what string) error {
		return wrong(field, "The stored %s was entered for %s and is not sent to %s.", what, stored.Origin, origin(f.URL)).
			WithHint("Enter it again for the new address.")
	}
	switch {
	case f.Auth == "bearer" && merged.Token == "" && stored.Token != "":
		return refuse("token", "token")
	case f.Auth == "basic" && merged.Password == "" && stored.Password != "":
		return refuse("password", "password")
	}
	for _, h := range f.Headers {
		if h.Secret && merged.Headers[h.Name] == "" && stored.Headers[h.Name] != "" {
			return refuse("headers", "value of the header "+h.Name)
		}
	}
	return nil
}
