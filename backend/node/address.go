package node

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"signalbox/backend/disk"
	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// portsToTry is how many ports listen tries after the one that is set.
const portsToTry = 20

// listen listens on an address. Without one it listens on a port of 127.0.0.1. If
// another program uses the port, listen uses the next free one and returns a
// notice for the user.
func listen(addr string, port int, token string) (net.Listener, live.Text, error) {
	if addr != "" {
		l, err := listenAt(addr, token)
		return l, live.Text{}, err
	}
	last := min(port+portsToTry, 65535)
	for p := port; p <= last; p++ {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p)))
		switch {
		case err == nil && p == port:
			return l, live.Text{}, nil
		case err == nil:
			return l, live.Textf("port_taken", "Port {port} is taken by another program; {used} is used instead.", "port", port, "used", p), nil
		case !inUse(err):
			return nil, live.Text{}, live.Errorf("address_taken/port", "The local server cannot listen on port {port}.", "port", p).
				WithHint("Choose another one with --addr 127.0.0.1:PORT.").WithCause(err)
		}
	}
	return nil, live.Text{}, live.Errorf("address_taken/ports", "The ports {first} to {last} are all taken.", "first", port, "last", last).
		WithHint("Choose a free one with --addr 127.0.0.1:PORT.")
}

// listenAt listens on an address that the user has set. Without a token it
// refuses all addresses but loopback.
func listenAt(addr, token string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err // setting.Addr has checked it
	}
	if !loopback(host) && token == "" {
		return nil, live.Errorf("token_needed", "Listening on {address} lets other machines publish and read everything.", "address", addr).
			WithHint("Give a --token of 16 characters or more as well, and hand it to those who may; or listen on 127.0.0.1.").WithField("addr")
	}
	l, err := net.Listen("tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case inUse(err):
		return nil, live.Errorf("address_taken", "{address} is taken by another program.", "address", addr).
			WithHint("Choose another port, or leave --addr out: then the next free one is used.").WithField("addr").WithCause(err)
	}
	return nil, live.Errorf("bad_address/listen", "The local server cannot listen on {address}: {reason}.", "address", addr, "reason", err).
		WithField("addr").WithCause(err)
}

// Windows' numbers for an address that another program uses, and for one that
// another program or Windows has reserved. Go's syscall package does not map
// them to EADDRINUSE.
const (
	wsaAddressInUse = syscall.Errno(10048)
	wsaAccessDenied = syscall.Errno(10013)
)

// inUse reports whether err means that another program listens on an address. The
// Windows numbers mean nothing on other systems.
func inUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse) || errors.Is(err, wsaAccessDenied)
}

// loopback reports whether only this machine reaches a host.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Address returns the address that the node listens on, such as
// "127.0.0.1:4480".
func (n *Node) Address() string { return n.listener.Addr().String() }

// Notice returns a notice for the user if the node listens on another port than
// the one that is set, else the zero Text.
func (n *Node) Notice() live.Text { return n.notice }

// URL returns the URL of the node for a browser on this machine. If the node
// listens on all interfaces, the host is 127.0.0.1.
func (n *Node) URL() string {
	addr := n.Address()
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	if n.cert != nil {
		return "https://" + addr
	}
	return "http://" + addr
}

// ExposureWarning returns a warning if other machines can reach the node, else "".
func (n *Node) ExposureWarning() string {
	host, _, err := net.SplitHostPort(n.Address())
	if err != nil || loopback(host) {
		return ""
	}
	text := "Other machines reach this Signalbox. Whoever has the token can publish, read everything and change everything."
	if n.cert == nil {
		text += " The token and the messages are sent unencrypted; --tls-self or --tls-cert encrypts them."
	}
	return text
}

// AddressFile is the file in the data folder that holds the URL of the Signalbox
// that runs there, and on a second line the SHA-256 of its certificate, if any.
const AddressFile = "address"

// writeAddressFile writes the AddressFile, from which `signalbox publish` and
// `tail` on this machine read the address. The file names the certificate because
// that may be self-signed, or not valid for 127.0.0.1. The returned function
// removes the file.
func (n *Node) writeAddressFile() (remove func()) {
	file := filepath.Join(n.data, AddressFile)
	write := func() {
		text := n.URL() + "\n"
		if sum, _ := n.Certificate(); sum != "" {
			text += sum + "\n"
		}
		if err := disk.WriteFile(file, []byte(text), 0o600); err != nil {
			n.log.Warn("write the address for publish and tail", "err", err)
			os.Remove(file) // it has the address of an earlier run
		}
	}
	write()
	if n.cert != nil {
		n.cert.mu.Lock()
		n.cert.changed = write
		n.cert.mu.Unlock()
	}
	return func() { os.Remove(file) }
}

// certificateNames returns the host names in the settings. A self-signed
// certificate must be valid for them.
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
