package feed

import "unicode/utf8"

// valid returns b with U+FFFD in place of what is not UTF-8, as the decoder
// of the Encoding standard puts it there: one for each longest beginning of a
// character, where Go's own conversions put one for each byte. It reports
// false where that would be longer than max: a byte may become three.
//
// Fields may be decoded apart: no character contains a line end or a colon,
// so a broken one never reaches across.
func valid(b []byte, max int) (clean []byte, fits bool) {
	if utf8.Valid(b) {
		return b, len(b) <= max
	}
	size := len(b)
	eachBroken(b, func(i, n int) { size += len("\uFFFD") - n })
	if size > max {
		return nil, false
	}
	clean = make([]byte, 0, size)
	from := 0
	eachBroken(b, func(i, n int) {
		clean = append(clean, b[from:i]...)
		clean = append(clean, "\uFFFD"...)
		from = i + n
	})
	return append(clean, b[from:]...), true
}

// eachBroken calls f with the place and the length of each stretch of b that
// becomes one U+FFFD.
func eachBroken(b []byte, f func(i, n int)) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			n = broken(b[i:])
			f(i, n)
		}
		i += n
	}
}

// broken returns the length of the longest beginning of a character at the
// beginning of b, which holds no whole one (Encoding, 8.1.1).
func broken(b []byte) int {
	low, high, need := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case 0xC2 <= c && c <= 0xDF:
		need = 1
	case 0xE0 <= c && c <= 0xEF:
		need = 2
		switch c {
		case 0xE0:
			low = 0xA0
		case 0xED:
			high = 0x9F
		}
	case 0xF0 <= c && c <= 0xF4:
		need = 3
		switch c {
		case 0xF0:
			low = 0x90
		case 0xF4:
			high = 0x8F
		}
	}
	n := 1
	for ; n <= need && n < len(b) && low <= b[n] && b[n] <= high; n++ {
		low, high = 0x80, 0xBF
	}
	return n
}
