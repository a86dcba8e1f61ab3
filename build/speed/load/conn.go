package load

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
)

// A Target is a server and the protocol to use with it.
type Target struct {
	Addr  netip.AddrPort // IPv4
	TLS   *tls.Config    // nil without TLS
	HTTP2 bool           // subscribe over HTTP/2, which needs TLS
}

// A socket is a blocking TCP connection outside Go's poller. With two pollers,
// incoming data would wake two threads.
type socket struct {
	net.Conn        // nil; crypto/tls requires the type but calls only Read and Write
	fd       int    // -1 once closed
	polled   bool   // whether Read returns only what arrived holds
	arrived  []byte // received but not yet read by crypto/tls
}

func dial(addr netip.AddrPort) (*socket, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	// No single read or write takes this long unless the server hangs.
	for _, way := range []int{syscall.SO_RCVTIMEO, syscall.SO_SNDTIMEO} {
		if err == nil {
			err = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, way, &syscall.Timeval{Sec: 10})
		}
	}
	if err == nil {
		to := &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
		for err = syscall.Connect(fd, to); err == syscall.EINTR; { // the connection attempt goes on; the next call waits for it
			if err = syscall.Connect(fd, to); err == syscall.EISCONN {
				err = nil
			}
		}
	}
	if err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("connect to %s: %w", addr, err)
	}
	return &socket{fd: fd}, nil
}

// read makes one read system call. After epoll has reported the socket, it does
// not block.
func (s *socket) read(p []byte) (int, error) {
	for {
		n, err := syscall.Read(s.fd, p)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// Read is for crypto/tls. EAGAIN is a temporary error, so crypto/tls keeps an
// incomplete record and continues it in the next call.
func (s *socket) Read(p []byte) (int, error) {
	if !s.polled {
		return s.read(p)
	}
	if len(s.arrived) == 0 {
		return 0, syscall.EAGAIN
	}
	n := copy(p, s.arrived)
	s.arrived = s.arrived[n:]
	return n, nil
}

func (s *socket) Write(p []byte) (int, error) {
	for sent := 0; ; {
		n, err := syscall.Write(s.fd, p[sent:])
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return sent, err
		default:
			if sent += n; sent == len(p) {
				return sent, nil
			}
		}
	}
}

func (s *socket) Close() error {
	if s.fd < 0 {
		return nil
	}
	fd := s.fd
	s.fd = -1
	return syscall.Close(fd)
}

// A conn is a socket with optional TLS.
type conn struct {
	*socket
	tls *tls.Conn // nil without TLS
}

// connect connects. With TLS it negotiates protocol ("h2" or "http/1.1").
func connect(t Target, protocol string) (*conn, error) {
	s, err := dial(t.Addr)
	if err != nil {
		return nil, err
	}
	c := &conn{socket: s}
	if t.TLS == nil {
		return c, nil
	}
	cfg := t.TLS.Clone()
	cfg.NextProtos = []string{protocol}
	c.tls = tls.Client(s, cfg)
	err = c.tls.Handshake()
	if got := c.tls.ConnectionState().NegotiatedProtocol; err == nil && got != protocol {
		err = fmt.Errorf("the server speaks %q", got)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("connect to %s with %s: %w", t.Addr, protocol, err)
	}
	return c, nil
}

func (c *conn) send(p []byte) error {
	var err error
	if c.tls != nil {
		_, err = c.tls.Write(p)
	} else {
		_, err = c.socket.Write(p)
	}
	return err
}

// receive makes one read system call and calls use with the decrypted data. Both
// buffers are free again when it returns.
func (c *conn) receive(buffer, plain []byte, use func([]byte) error) error {
	n, err := c.read(buffer)
	if err != nil {
		return err
	}
	if c.tls == nil {
		return use(buffer[:n])
	}
	c.polled, c.arrived = true, buffer[:n]
	for {
		n, err := c.tls.Read(plain)
		if n > 0 {
			if err := use(plain[:n]); err != nil {
				return err
			}
		}
		if err == syscall.EAGAIN {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
