package node

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// tries is how many ports are tried after the one that is taken.
const tries = 20

// listen takes the address that was asked for, or the port of the settings on
// loopback, or the next free one with a notice for the user.
func listen(addr string, port int, token string) (net.Listener, string, error) {
	if addr != "" {
		l, err := listenAt(addr, token)
		return l, "", err
	}
	for p := port; p <= min(port+tries, 65535); p++ {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p)))
		switch {
		case err == nil && p == port:
			return l, "", nil
		case err == nil:
			return l, fmt.Sprintf("Port %d is taken by another program; %d is used instead.", port, p), nil
		case !taken(err):
			return nil, "", live.Errorf("address_taken", "The local server cannot listen on port %d.", p).
				WithHint("Choose another one with --addr 127.0.0.1:PORT.").WithCause(err)
		}
	}
	return nil, "", live.Errorf("address_taken", "The ports %d to %d are all taken.", port, min(port+tries, 65535)).
		WithHint("Choose a free one with --addr 127.0.0.1:PORT.")
}

func listenAt(addr, token string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err // setting.Addr has checked it
	}
	if !loopback(host) && token == "" {
		return nil, live.Errorf("token_needed", "Listening on %s lets other machines publish and read everything.", addr).
			WithHint("Give a --token of 16 characters or more as well, and hand it to those who may; or listen on 127.0.0.1.").WithField("addr")
	}
	l, err := net.Listen("tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case taken(err):
		return nil, live.Errorf("address_taken", "%s is taken by another program.", addr).
			WithHint("Choose another port, or leave --addr out: then the next free one is used.").WithField("addr").WithCause(err)
	}
	return nil, live.Errorf("bad_address", "The local server cannot listen on %s: %v.", addr, cause(err)).
		WithField("addr").WithCause(err)
}

// certificateNames returns the names in the settings, which a self-made
// certificate must be valid for.
func certificateNames(set setting.Values) []string {
	var names []string
	host, _, _ := net.SplitHostPort(set.Text(setting.Addr)) // "" without an address
	for _, name := range append([]string{host}, set.List(setting.Hosts)...) {
		if h, _, err := net.SplitHostPort(name); err == nil {
			name = h
		}
		name = strings.Trim(name, "[]")
		if ip := net.ParseIP(name); ip != nil && !ip.IsUnspecified() || ip == nil && validName(name) {
			names = append(names, name)
		}
	}
	return names
}

// Windows' numbers for an address that another program has, and for one that
// it has for itself alone or that Windows reserves. Go's syscall package does
// not map them to EADDRINUSE.
const (
	wsaAddressInUse = syscall.Errno(10048)
	wsaAccessDenied = syscall.Errno(10013)
)

// taken reports whether an address could not be listened on because it is in
// use. The Windows numbers mean nothing on other systems.
func taken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse) || errors.Is(err, wsaAccessDenied)
}

// cause returns the innermost reason, without the addresses around it.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// localHost replaces an address that means "every interface" by one that a
// browser on this machine can open.
func localHost(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}
