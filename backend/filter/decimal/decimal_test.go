package decimal

import "testing"

func TestNumbersAreComparedDigitByDigit(t *testing.T) {
	// In order; those in one row are equal.
	rows := [][]string{
		{"-1e400"}, {"-2.50", "-25e-1"}, {"-0.1"}, {"0", "-0", "0.00", "0e99999999999999999999"}, {"1e-400"}, {"0.1", "1e-1", "10e-2"}, {"0.10000000000000000001"},
		{"1", "1.0", "10E-1"}, {"9007199254740992"}, {"9007199254740993", "9.007199254740993e+15"}, {"123456789012345678901234567890"}, {"1e400"},
	}
	for i, row := range rows {
		for _, a := range row {
			if !IsNumber(a) {
				t.Errorf("%s is no number", a)
			}
			for j, other := range rows {
				for _, b := range other {
					x, y := New(a), New(b)
					if got := x.Compare(&y); (got < 0) != (i < j) || (got == 0) != (i == j) {
						t.Errorf("%s and %s: %d", a, b, got)
					}
				}
			}
		}
	}
	for _, s := range []string{"", "01", "1.", ".5", "+1", "1e", "0x1", "1 ", "NaN"} {
		if IsNumber(s) {
			t.Errorf("%q is a number", s)
		}
	}
}
