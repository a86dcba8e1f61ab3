package guard

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ownHost reports whether Host names this server. Only browsers can be led
// astray by DNS rebinding, and they always send Host.
func (g *Guard) ownHost(r *http.Request) bool {
	host := normalHost(r.Host)
	if host == "" || isLocalhost(host) {
		return true
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		// The very address that the connection came in at: somebody chose to
		// listen there, and an address in Host was not looked up by a name.
		local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if addr.IsLoopback() || ok && sameAddress(addr, local) {
			return true
		}
	}
	return slices.Contains(g.hosts, host)
}

// normalHost returns a host without its port, in the form in which hosts are
// compared.
func normalHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.TrimSuffix(strings.Trim(strings.ToLower(host), "[]"), ".")
}

// isLocalhost reports whether a normal host is localhost or a name below it.
func isLocalhost(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// sameAddress reports whether addr is the IP address of local.
func sameAddress(addr netip.Addr, local net.Addr) bool {
	ap, err := netip.ParseAddrPort(local.String())
	return err == nil && ap.Addr().Unmap().WithZone("") == addr.Unmap().WithZone("")
}
