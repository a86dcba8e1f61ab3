package load

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// A stream is a subscription over HTTP/1.1 or HTTP/2.
type stream struct {
	*conn
	http2  bool
	opened bool   // whether the response header was received
	head   []byte // HTTP/1.1: the part of the response header received so far

	// HTTP/2: the current frame.
	frame   []byte // the part of its header received so far
	left    int    // bytes of its payload still to come
	payload []byte // the part received so far; not for DATA frames
}

// Frame types and flags of HTTP/2, RFC 9113 section 6.
const (
	frameData         = 0
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	framePing         = 6
	frameGoAway       = 7
	frameWindowUpdate = 8

	flagAck        = 0x1
	flagEndStream  = 0x1
	flagEndHeaders = 0x4

	frameHeadSize = 9
	largestWindow = 1<<31 - 1
)

// open subscribes and waits for the response header.
func open(t Target, path string, use func([]byte)) (*stream, error) {
	s := &stream{http2: t.HTTP2}
	protocol, request := "http/1.1", fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n", path)
	if s.http2 {
		protocol, request = "h2", requestHTTP2(path)
	}
	var err error
	if s.conn, err = connect(t, protocol); err != nil {
		return nil, err
	}
	if err = s.send(request); err == nil {
		for buffer, plain := make([]byte, 16<<10), make([]byte, 16<<10); err == nil && !s.opened; {
			err = s.receive(buffer, plain, func(b []byte) error { return s.feed(b, use) })
		}
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return s, nil
}

// requestHTTP2 returns the connection preface, settings with the largest
// flow-control windows, so that the server never waits for them, and the request
// as stream 1.
func requestHTTP2(path string) []byte {
	b := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	const initialWindowSize = 4
	window := binary.BigEndian.AppendUint16(nil, initialWindowSize)
	b = appendFrame(b, frameSettings, 0, 0, binary.BigEndian.AppendUint32(window, largestWindow))
	b = appendFrame(b, frameWindowUpdate, 0, 0, binary.BigEndian.AppendUint32(nil, largestWindow-65535))
	// HPACK, RFC 7541: names from the static table, literal values.
	fields := []byte{0x82, 0x87} // :method GET, :scheme https
	fields = append(append(fields, 0x01, byte(len("localhost"))), "localhost"...)
	fields = append(append(fields, 0x04, byte(len(path))), path...)
	return appendFrame(b, frameHeaders, flagEndStream|flagEndHeaders, 1, fields)
}

func appendFrame(b []byte, kind, flags byte, stream uint32, payload []byte) []byte {
	n := len(payload)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), kind, flags)
	return append(binary.BigEndian.AppendUint32(b, stream), payload...)
}

// feed parses received data and calls use with the parts of the body in it.
func (s *stream) feed(b []byte, use func([]byte)) error {
	if s.http2 {
		return s.feedFrames(b, use)
	}
	if !s.opened {
		s.head = append(s.head, b...)
		end := bytes.Index(s.head, []byte("\r\n\r\n"))
		if end < 0 {
			return nil
		}
		if !bytes.HasPrefix(s.head, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("response %q", s.head)
		}
		s.opened = true
		b, s.head = s.head[end+4:], nil
	}
	// This includes the chunk sizes, which contain no mark.
	use(b)
	return nil
}

func (s *stream) feedFrames(b []byte, use func([]byte)) error {
	for len(b) > 0 {
		if len(s.frame) < frameHeadSize {
			n := min(frameHeadSize-len(s.frame), len(b))
			s.frame = append(s.frame, b[:n]...)
			if b = b[n:]; len(s.frame) < frameHeadSize {
				return nil
			}
			s.left = int(s.frame[0])<<16 | int(s.frame[1])<<8 | int(s.frame[2])
		}
		n := min(s.left, len(b))
		if s.frame[3] == frameData {
			use(b[:n])
		} else {
			s.payload = append(s.payload, b[:n]...)
		}
		b = b[n:]
		if s.left -= n; s.left > 0 {
			return nil
		}
		if err := s.control(s.frame[3], s.frame[4], s.payload); err != nil {
			return err
		}
		s.frame, s.payload = s.frame[:0], s.payload[:0]
	}
	return nil
}

// control handles a frame. DATA frames need nothing.
func (s *stream) control(kind, flags byte, payload []byte) error {
	switch kind {
	case frameHeaders:
		const status200 = 0x88 // HPACK: the indexed field ":status: 200"
		if len(payload) == 0 || payload[0] != status200 {
			return errors.New("the response is not 200")
		}
		s.opened = true
	case frameSettings:
		if flags&flagAck == 0 {
			return s.send(appendFrame(nil, frameSettings, flagAck, 0, nil))
		}
	case framePing:
		if flags&flagAck == 0 {
			return s.send(appendFrame(nil, framePing, flagAck, 0, payload))
		}
	case frameReset, frameGoAway:
		return fmt.Errorf("the server ended the stream: frame %d, % x", kind, payload)
	}
	return nil
}
