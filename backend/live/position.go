package live

import (
	"strconv"
	"strings"
)

// A Position identifies one message of one journal: the epoch of the journal and
// the number of the message, written "k3f9.1042". Numbers start at 1 and grow. No
// two messages have the same number; an unclean end skips some numbers.
type Position struct {
	Epoch  string // random, chosen when the database is created: a to z and 0 to 9
	Number int64
}

// String returns the written form. A message without an id of its own is sent
// with it as id.
func (p Position) String() string {
	return p.Epoch + "." + strconv.FormatInt(p.Number, 10)
}

// AppendTo appends the written form to b. It does not allocate if b has room.
func (p Position) AppendTo(b []byte) []byte {
	b = append(b, p.Epoch...)
	b = append(b, '.')
	return strconv.AppendInt(b, p.Number, 10)
}

// ParsePosition parses the written form. It accepts neither a sign nor a leading
// zero, so every position has exactly one written form.
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

// MarshalText returns the written form.
func (p Position) MarshalText() ([]byte, error) { return p.AppendTo(nil), nil }

// UnmarshalText parses the written form.
func (p *Position) UnmarshalText(b []byte) error {
	q, ok := ParsePosition(string(b))
	if !ok {
		return Errorf("bad_position", `"{position}" is not a position.`, "position", string(b), "example", "k3f9.1042").
			WithHint("A position looks like {example}.")
	}
	*p = q
	return nil
}
