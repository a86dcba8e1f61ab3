package live

import (
	"net/url"
	"strconv"
	"strings"
)

// CheckURL returns an Error that says what is wrong with the address of a
// feed or a page, or nil. Only http and https are opened: a file: or
// javascript: address would reach where a feed has no business.
func CheckURL(s string) error {
	bad := func(why, hint string) error {
		return Errorf("bad_url", "%s", why).WithField("url").WithHint(hint)
	}
	if s == "" {
		return bad("The address is empty.", "Write it as in https://example.org/events.")
	}
	const port = "A port is a number from 1 to 65535."
	u, err := url.Parse(s)
	switch {
	case err != nil && strings.Contains(err.Error(), "invalid port"):
		return bad("The port in the address is not a number.", port)
	case err != nil:
		return bad("The address cannot be read.", "Write it as in https://example.org/events.")
	case u.Scheme == "":
		return bad("The address does not begin with http:// or https://.", "Write it as in https://example.org/events.")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("Only http and https addresses can be opened, not "+u.Scheme+".", "")
	case u.Host == "" || u.Hostname() == "":
		return bad("The address names no server.", "Write it as in https://example.org/events.")
	case !ValidPort(u.Port()):
		return bad("There is no port "+u.Port()+".", port)
	case u.User != nil:
		return bad("The address holds a name or a password.", "Use the sign-in settings: addresses are shown and logged.")
	}
	return nil
}

// ValidPort reports whether a connection can be made to the port that stands in
// an address. Empty means that of the scheme.
func ValidPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}
