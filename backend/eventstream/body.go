package eventstream

import "io"

// ReadSize is the size of one read from a connection, in bytes. A feed at full
// speed fills it.
const ReadSize = 64 << 10

// A body is the response body that r3labs/sse reads. It parses the server's body
// and returns one block of the codec at a time. It reads only when r3labs/sse
// does, so a slow Handler slows the server through TCP.
type body struct {
	src    io.ReadCloser
	parser *parser
	codec  *codec
	read   func(n int) // called when bytes were received

	buf      []byte
	unparsed []byte // of buf
	block    []byte // the block being returned
	unread   []byte // of block
	err      error  // why the stream ended
}

// Read returns io.EOF at every end: r3labs/sse interprets other errors in its own
// way. b.err has the server's error.
func (b *body) Read(dst []byte) (int, error) {
	for {
		if len(b.unread) > 0 {
			n := copy(dst, b.unread)
			b.unread = b.unread[n:]
			return n, nil
		}
		if len(b.unparsed) > 0 {
			n, found := b.parser.next(b.unparsed)
			b.unparsed = b.unparsed[n:]
			if found {
				b.encode()
			}
			continue
		}
		if b.err != nil {
			if b.parser.end() {
				b.encode()
				continue
			}
			return 0, io.EOF
		}
		if b.buf == nil {
			b.buf = make([]byte, ReadSize)
		}
		n, err := b.src.Read(b.buf)
		if n > 0 {
			b.read(n)
		}
		b.unparsed, b.err = b.buf[:n], err
	}
}

// encode makes the parser's event the next block to read.
func (b *body) encode() {
	b.block = b.codec.encode(b.block[:0], &b.parser.event)
	b.unread = b.block
}

func (b *body) Close() error { return b.src.Close() }
