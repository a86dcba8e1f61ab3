package serve

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An address is where the server listens.
type address struct{ address, notice string }

// url is the address as a browser on this machine writes it.
func (a *address) url(secure bool) string {
	host, port, err := net.SplitHostPort(a.address)
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port)
}

// own reports whether a URL leads to this server: to its port, under a name of
// its own or an address that it listens at. local returns the addresses of
// this machine, for a server that listens at all of them.
func (a *address) own(raw string, hosts []string, local func() []netip.Addr) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	listens, err := netip.ParseAddrPort(a.address)
	if err != nil || port != strconv.Itoa(int(listens.Port())) {
		return false
	}
	at := listens.Addr().Unmap()
	host := hostname(u.Host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return at.IsLoopback() || at.IsUnspecified()
	}
	to, err := netip.ParseAddr(host)
	if err != nil {
		return slices.Contains(hosts, host)
	}
	switch to = to.Unmap().WithZone(""); {
	case to.IsUnspecified(): // as good as loopback, for who connects
		return at.IsLoopback() || at.IsUnspecified()
	case at.IsUnspecified():
		return to.IsLoopback() || slices.Contains(local(), to)
	}
	return to == at.WithZone("")
}

// localAddresses returns the addresses of this machine.
func localAddresses() (all []netip.Addr) {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil // then only loopback is known to be ours
	}
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			all = append(all, p.Addr().Unmap().WithZone(""))
		}
	}
	return all
}
