package feed

import "io"

// chunk is how much is read at once. A feed at full speed fills it.
const chunk = 64 << 10

// A body is a response body that the library can read without harm: a parser
// of our own reads the real one and hands on one well-formed block per call,
// no faster than the library asks for them. So the journal's pace reaches
// the server through TCP, and nothing piles up on the way.
type body struct {
	src    io.ReadCloser
	parser *parser
	tunnel *tunnel
	read   func(n int) // called when bytes came

	buf  []byte
	rest []byte // of buf, not parsed yet
	out  []byte // the block being handed on
	left []byte // of out
	err  error  // why the stream ended
}

// Read always ends with io.EOF. The library has ways of its own with errors;
// the reason lies in err.
func (b *body) Read(dst []byte) (int, error) {
	for {
		if len(b.left) > 0 {
			n := copy(dst, b.left)
			b.left = b.left[n:]
			return n, nil
		}
		if len(b.rest) > 0 {
			n, found := b.parser.next(b.rest)
			b.rest = b.rest[n:]
			if found {
				b.hand()
			}
			continue
		}
		if b.err != nil {
			if b.parser.end() {
				b.hand()
				continue
			}
			return 0, io.EOF
		}
		if b.buf == nil {
			b.buf = make([]byte, chunk)
		}
		n, err := b.src.Read(b.buf)
		if n > 0 {
			b.read(n)
		}
		b.rest, b.err = b.buf[:n], err
	}
}

// hand makes the parser's find the block to be read.
func (b *body) hand() {
	b.out = b.tunnel.append(b.out[:0], &b.parser.out)
	b.left = b.out
}

func (b *body) Close() error { return b.src.Close() }
