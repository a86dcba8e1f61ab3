package guard

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ownHost reports whether the request's Host names this server. A request
// without Host passes: only browsers can be attacked by DNS rebinding, and they
// always send Host.
func (g *Guard) ownHost(r *http.Request) bool {
	host := normalHost(r.Host)
	if host == "" || isLocalhost(host) {
		return true
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		// The address that received the connection: the user chose to listen there,
		// and DNS rebinding needs a name in Host.
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
