package live

import (
	"net/url"
	"strconv"
	"strings"
)

// CheckURL returns an Error with the code bad_url unless s is a valid address of
// a feed or a page. It accepts http and https only: a file: address could read
// the user's files, and a javascript: address could run code.
func CheckURL(s string) error {
	u, err := url.Parse(s)
	var e *Error
	switch {
	case s == "":
		e = Errorf("bad_url/empty", "The address is empty.").WithHint(urlHint)
	case err != nil && strings.Contains(err.Error(), "invalid port"):
		e = Errorf("bad_url/port", "The port in the address is not a number.").WithHint(portHint)
	case err != nil:
		e = Errorf("bad_url/unreadable", "The address cannot be read.").WithHint(urlHint)
	case u.Scheme == "":
		e = Errorf("bad_url/scheme", "The address does not begin with http:// or https://.").WithHint(urlHint)
	case u.Scheme != "http" && u.Scheme != "https":
		e = Errorf("bad_url/other_scheme", "Only http and https addresses can be opened, not {scheme}.", "scheme", u.Scheme)
	case u.Hostname() == "":
		e = Errorf("bad_url/host", "The address names no server.").WithHint(urlHint)
	case !ValidPort(u.Port()):
		e = Errorf("bad_url/port_range", "There is no port {port}.", "port", u.Port()).WithHint(portHint)
	case u.User != nil:
		e = Errorf("bad_url/user", "The address contains a user name or a password.").
			WithHint("Use the sign-in settings: addresses are shown and logged.")
	default:
		return nil
	}
	return e.WithField("url")
}

const (
	urlHint  = "Write it as in https://example.org/events."
	portHint = "A port is a number from 1 to 65535."
)

// ValidPort reports whether port, the port in an address, is a number from 1 to
// 65535. An empty port is valid too: it means the default port of the scheme.
func ValidPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}
