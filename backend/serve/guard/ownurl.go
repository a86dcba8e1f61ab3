package guard

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// IsOwnURL reports whether a URL leads to this server, which listens at
// address: to its port, under a name of its own or an IP address that it
// listens at. A feed with such a URL follows this Signalbox itself.
func (g *Guard) IsOwnURL(raw, address string) bool {
	return isOwnURL(raw, address, g.hosts, localAddresses)
}

func isOwnURL(raw, address string, hosts []string, local func() []netip.Addr) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	listens, err := netip.ParseAddrPort(address)
	if err != nil || port != strconv.Itoa(int(listens.Port())) {
		return false
	}
	at := listens.Addr().Unmap()
	host := normalHost(u.Host)
	if isLocalhost(host) {
		return at.IsLoopback() || at.IsUnspecified()
	}
	to, err := netip.ParseAddr(host)
	if err != nil {
		return slices.Contains(hosts, host)
	}
	switch to = to.Unmap().WithZone(""); {
	case to.IsUnspecified(): // a connection to 0.0.0.0 reaches loopback
		return at.IsLoopback() || at.IsUnspecified()
	case at.IsUnspecified():
		return to.IsLoopback() || slices.Contains(local(), to)
	}
	return to == at.WithZone("")
}

// localAddresses returns the IP addresses of this machine, or none if they
// cannot be read.
func localAddresses() (all []netip.Addr) {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			all = append(all, p.Addr().Unmap().WithZone(""))
		}
	}
	return all
}

// LocalURL returns the URL of a server that listens at address, as a browser on
// this machine writes it, or "" if the address cannot be parsed.
func LocalURL(address string, tls bool) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if tls {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port)
}
