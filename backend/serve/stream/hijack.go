package stream

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"time"
)

// A connResponse answers on a connection that was taken over from net/http.
//
// The answer has no length and is not chunked: it ends with its connection
// (RFC 9112, section 6.3). So the frames that clients share are written as they
// are, in one system call, or behind TLS in as few records as possible.
type connResponse struct {
	conn  net.Conn
	minor int // the client speaks HTTP/1.minor
}

func (c *connResponse) Open(status int, header http.Header, left func(error)) (FrameWriter, error) {
	head := new(bytes.Buffer)
	fmt.Fprintf(head, "HTTP/1.%d %03d %s\r\nDate: %s\r\n", c.minor, status, http.StatusText(status), time.Now().UTC().Format(http.TimeFormat))
	if err := header.Write(head); err != nil {
		return nil, err
	}
	fmt.Fprint(head, "\r\n")
	w := &connWriter{conn: c.conn, head: head.Bytes()}
	go w.watch(left)
	return w, nil
}

// A connWriter writes frames to a connection.
type connWriter struct {
	conn   net.Conn
	head   []byte // until it is sent with the first frames
	failed bool   // whether a write has failed
}

func (c *connWriter) WriteFrames(frames []byte) error {
	if c.head != nil {
		frames = append(c.head, frames...)
		c.head = nil
	}
	_, err := c.conn.Write(frames)
	c.failed = err != nil
	return err
}

func (c *connWriter) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }

// Close closes the connection. A tls.Conn tells the client that nothing was cut
// off, and may wait for seconds until there is room for that. After a write that
// failed it is closed without.
func (c *connWriter) Close() error {
	if over, ok := c.conn.(interface{ NetConn() net.Conn }); ok && c.failed {
		return over.NetConn().Close()
	}
	return c.conn.Close()
}

// maxIgnored is how many bytes a client may send behind its request, such as a
// body. They are read, because closing a connection with unread bytes would
// reset it, and thrown away.
const maxIgnored = 64 << 10

// watch reads until the client has left, or has sent more than a stream takes.
func (c *connWriter) watch(left func(error)) {
	b := make([]byte, 64) // small: there is one for each client
	for total := 0; ; {
		n, err := c.conn.Read(b)
		if total += n; err == nil && total > maxIgnored {
			err = fmt.Errorf("the client sent more than %d bytes behind its request", maxIgnored)
		}
		if err != nil {
			left(err)
			return
		}
	}
}
