package live

import (
	"strconv"
	"strings"
)

// A Position is a place in one journal, written "k3f9.1042": the epoch that
// was made with the database, and a number in it. Numbers start at 1, grow,
// and are never given twice; they may jump after an unclean end.
type Position struct {
	Epoch  string
	Number int64
}

// String returns the written form, which is also the id on the wire of a
// message whose publisher chose none.
func (p Position) String() string {
	return p.Epoch + "." + strconv.FormatInt(p.Number, 10)
}

// AppendTo appends the written form to b.
func (p Position) AppendTo(b []byte) []byte {
	b = append(b, p.Epoch...)
	b = append(b, '.')
	return strconv.AppendInt(b, p.Number, 10)
}

// ParsePosition reads the written form. Only the canonical one is accepted
// (no sign, no leading zero), so that a text has at most one meaning.
func ParsePosition(s string) (Position, bool) {
	epoch, digits, ok := strings.Cut(s, ".")
	if !ok || epoch == "" || digits == "" || digits[0] < '0' || digits[0] > '9' {
		return Position{}, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || (digits[0] == '0' && len(digits) > 1) {
		return Position{}, false
	}
	for i := range len(epoch) {
		c := epoch[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return Position{}, false
		}
	}
	return Position{Epoch: epoch, Number: n}, true
}

// MarshalText writes the written form.
func (p Position) MarshalText() ([]byte, error) { return p.AppendTo(nil), nil }

// UnmarshalText reads the written form.
func (p *Position) UnmarshalText(b []byte) error {
	q, ok := ParsePosition(string(b))
	if !ok {
		return Errorf("bad_position", "%q is not a position.", string(b)).WithHint("A position looks like k3f9.1042.")
	}
	*p = q
	return nil
}
