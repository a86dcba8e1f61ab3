package serve

import (
	"net"
	"net/http"
	"strconv"
)

// A direct writes the body of a stream to its TCP connection, around
// net/http, which makes two or three system calls of what is one here: its
// buffer of 4 KiB goes first, then what does not fit, then the end of the
// chunk. Most of the price of a delivery is those calls. It begins when the
// head was flushed, and net/http still writes the end.
type direct struct {
	tcp     *net.TCPConn
	chunked bool
	head    [16]byte
	parts   [3][]byte
	vector  net.Buffers
}

// newDirect returns nil where the answer cannot be written so.
func newDirect(r *http.Request) *direct {
	tcp := connectionOf(r).tcp()
	if tcp == nil || r.ProtoMajor != 1 {
		return nil
	}
	return &direct{tcp: tcp, chunked: r.ProtoAtLeast(1, 1)}
}

// write writes b as one chunk.
func (d *direct) write(b []byte) error {
	if !d.chunked {
		_, err := d.tcp.Write(b)
		return err
	}
	head := append(strconv.AppendInt(d.head[:0], int64(len(b)), 16), "\r\n"...)
	d.parts = [3][]byte{head, b, head[len(head)-2:]}
	d.vector = d.parts[:]
	_, err := d.vector.WriteTo(d.tcp)
	d.parts = [3][]byte{}
	return err
}
