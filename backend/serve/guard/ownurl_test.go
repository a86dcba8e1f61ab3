package guard

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAnAddressKnowsWhichURLsAreItsOwn(t *testing.T) {
	local := func() []netip.Addr {
		return []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}
	}
	for _, c := range []struct {
		listens, own, others string
	}{
		{"127.0.0.1:4480", "http://127.0.0.1:4480/events http://LOCALHOST:4480/events/a?after=0 http://localhost.:4480 http://a.localhost:4480/ http://0.0.0.0:4480/ http://[::ffff:127.0.0.1]:4480/ https://127.0.0.1:4480/ http://box.example:4480/",
			"http://127.0.0.1:4481/events http://127.0.0.1/ http://127.0.0.2:4480/ http://192.0.2.7:4480/ http://example.org:4480/ http://[::1]:4480/ http://localhost.example.org:4480/ :// "},
		{"[::1]:4480", "http://[::1]:4480/ http://localhost:4480/ http://[::]:4480/", "http://127.0.0.1:4480/ http://[2001:db8::7]:4480/"},
		{"0.0.0.0:80", "http://127.0.0.1/ http://192.0.2.7/events http://192.0.2.7:80/ http://localhost/", "http://192.0.2.8/ https://192.0.2.7/"},
		{"[::]:443", "https://[2001:db8::7]/ https://127.0.0.9/", "http://[2001:db8::7]/"},
		{"192.0.2.7:4480", "http://192.0.2.7:4480/", "http://127.0.0.1:4480/ http://localhost:4480/ http://0.0.0.0:4480/"},
		{"", "", "http://127.0.0.1:4480/ http:///"},
	} {
		for _, u := range strings.Fields(c.own) {
			if !isOwnURL(u, c.listens, []string{"box.example"}, local) {
				t.Errorf("%s: %s is not its own", c.listens, u)
			}
		}
		for _, u := range strings.Fields(c.others) {
			if isOwnURL(u, c.listens, []string{"box.example"}, local) {
				t.Errorf("%s: %s is its own", c.listens, u)
			}
		}
	}
}

func TestTheAddressesOfThisMachineAreKnown(t *testing.T) {
	for _, a := range localAddresses() {
		if a.IsLoopback() {
			return
		}
	}
	t.Errorf("no loopback among %v", localAddresses())
}
