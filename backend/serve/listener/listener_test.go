package listener

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestOneAddressHasItsShareOfTheConnectionsAndNoMore(t *testing.T) {
	l := New(nil, Limits{Connections: 6, PerAddress: 2})
	taken := map[string]*Conn{}
	from := func(addr string) net.Conn { return from{addr: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr))} }
	for _, c := range []struct {
		addr string
		ok   bool
	}{
		{"192.0.2.1:1", true}, {"192.0.2.1:2", true}, {"192.0.2.1:3", false},
		{"[::ffff:192.0.2.1]:4", false},                                                       // the same machine
		{"[2001:db8::1]:1", true}, {"[2001:db8::2]:1", true}, {"[2001:db8::ffff:1]:1", false}, // one network
		{"[2001:db8:0:1::1]:1", true},                 // another
		{"127.0.0.1:1", true}, {"192.0.2.9:1", false}, // now there are six in all
	} {
		taken[c.addr] = l.admit(from(c.addr))
		if taken[c.addr].surplus == c.ok {
			t.Errorf("%s: %v", c.addr, !c.ok)
		}
	}
	taken["192.0.2.1:1"].Close()
	if l.admit(from("192.0.2.1:5")).surplus {
		t.Error("a connection that ended is still counted")
	}
	taken["192.0.2.1:2"].idleSince.Store(time.Now().Add(-idleBeforeClose).UnixNano())
	if l.admit(from("[2001:db8:0:1::1]:2")).surplus || l.admit(from("192.0.2.1:6")).surplus != true {
		t.Error("an idle connection is kept rather than a new one taken")
	}
}

// from is a connection of which only the other end is asked.
type from struct {
	net.Conn
	addr net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

func (f from) Close() error { return nil }

func TestAllOfLoopbackIsOneAddress(t *testing.T) {
	for _, address := range []string{"127.0.0.1:1", "127.0.0.59:2", "127.255.255.254:3", "[::1]:4", "[::ffff:127.0.0.7]:5"} {
		if got := LimitAddress(address); got != LimitAddress("127.0.0.1:80") {
			t.Errorf("%s: %s", address, got)
		}
	}
}
