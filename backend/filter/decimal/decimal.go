package decimal

import (
	"cmp"
	"strconv"
	"strings"

	"signalbox/backend/field"
)

// IsNumber reports whether s is a number as JSON writes it.
func IsNumber(s string) bool { return s != "" && field.NumberLength(s) == len(s) }

// A Number is in parts: ± 0.digits × 10^exponent. Digits are those of
// whole followed by those of fraction, without zeros at either end; zero has
// none.
type Number struct {
	negative        bool
	whole, fraction string
	exponent        int64
}

// New reads a number as JSON writes it. An exponent beyond 18 digits
// counts as the greatest one.
func New(s string) Number {
	var d Number
	s, d.negative = strings.CutPrefix(s, "-")
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		exponent := strings.TrimPrefix(s[e+1:], "+")
		d.exponent, _ = strconv.ParseInt(exponent, 10, 64) // beyond the range it is the nearest
		d.exponent = max(-1e18, min(d.exponent, 1e18))
		s = s[:e]
	}
	d.whole, d.fraction, _ = strings.Cut(s, ".")
	d.whole = strings.TrimLeft(d.whole, "0")
	d.fraction = strings.TrimRight(d.fraction, "0")
	if d.exponent += int64(len(d.whole)); d.whole == "" {
		n := len(d.fraction)
		d.fraction = strings.TrimLeft(d.fraction, "0")
		d.exponent -= int64(n - len(d.fraction))
	}
	if d.fraction == "" {
		d.whole = strings.TrimRight(d.whole, "0")
		if d.whole == "" {
			return Number{}
		}
	}
	return d
}

// digit returns the digit at an index, and whether there is one or any after it.
func (d *Number) digit(i int) (byte, bool) {
	if i < len(d.whole) {
		return d.whole[i], true
	}
	if i -= len(d.whole); i < len(d.fraction) {
		return d.fraction[i], true
	}
	return '0', false
}

// Compare returns -1, 0 or 1. It is exact: no digit is rounded.
func (d *Number) Compare(e *Number) int {
	sign := func(d *Number) int {
		switch {
		case d.whole == "" && d.fraction == "":
			return 0
		case d.negative:
			return -1
		}
		return 1
	}
	s := sign(d)
	if c := cmp.Compare(s, sign(e)); c != 0 || s == 0 {
		return c
	}
	if c := cmp.Compare(d.exponent, e.exponent); c != 0 {
		return c * s
	}
	for i := 0; ; i++ {
		a, more := d.digit(i)
		b, moreToo := e.digit(i)
		if a != b {
			return cmp.Compare(a, b) * s
		}
		if !more && !moreToo {
			return 0
		}
	}
}
