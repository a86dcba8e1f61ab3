package eventstream

import "unicode/utf8"

// replaceInvalidUTF8 returns b with U+FFFD in place of each maximal subpart of
// invalid UTF-8, like the decoder of the Encoding standard; Go's own conversions
// replace each byte. It reports false if the result would be longer than limit:
// one byte may become three.
//
// Decoding field by field gives the same as decoding the stream: CR, LF and ':'
// are never part of a longer character.
func replaceInvalidUTF8(b []byte, limit int) (text []byte, fits bool) {
	if utf8.Valid(b) {
		return b, len(b) <= limit
	}
	size := len(b)
	eachInvalid(b, func(i, n int) { size += len("\uFFFD") - n })
	if size > limit {
		return nil, false
	}
	text = make([]byte, 0, size)
	from := 0
	eachInvalid(b, func(i, n int) {
		text = append(text, b[from:i]...)
		text = append(text, "\uFFFD"...)
		from = i + n
	})
	return append(text, b[from:]...), true
}

// eachInvalid calls f with the index and the length of each part of b to be
// replaced by one U+FFFD.
func eachInvalid(b []byte, f func(i, n int)) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			n = maximalSubpart(b[i:])
			f(i, n)
		}
		i += n
	}
}

// maximalSubpart returns the length of the incomplete character at the beginning
// of b (Encoding, 8.1.1), which is at least 1.
func maximalSubpart(b []byte) int {
	low, high, continuation := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case 0xC2 <= c && c <= 0xDF:
		continuation = 1
	case 0xE0 <= c && c <= 0xEF:
		continuation = 2
		switch c {
		case 0xE0:
			low = 0xA0
		case 0xED:
			high = 0x9F
		}
	case 0xF0 <= c && c <= 0xF4:
		continuation = 3
		switch c {
		case 0xF0:
			low = 0x90
		case 0xF4:
			high = 0x8F
		}
	}
	n := 1
	for ; n <= continuation && n < len(b) && low <= b[n] && b[n] <= high; n++ {
		low, high = 0x80, 0xBF
	}
	return n
}
