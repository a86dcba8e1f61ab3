package filter

import (
	"strings"

	"signalbox/backend/filter/decimal"
	"signalbox/backend/filter/syntax"
	"signalbox/backend/live"
)

// A fieldTest tests the values at a path of an event.
type fieldTest struct {
	syntax.Field
	pieces  Need
	number  bool // whether the value is a number…
	decimal decimal.Number
	needle  needle
}

func newFieldTest(e syntax.Field) *fieldTest {
	t := &fieldTest{Field: e, pieces: fieldNeed(e), needle: newNeedle(e.Value.Text)}
	if t.number = !e.Value.Quoted && decimal.IsNumber(e.Value.Text); t.number {
		t.decimal = decimal.New(e.Value.Text)
	}
	return t
}

func (t *fieldTest) match(m *live.Message) bool {
	if !t.pieces.Holds(m.Data) {
		return false
	}
	r := jsonReader{text: m.Data, test: t}
	return r.any()
}

// value tests one value. raw is the JSON of a text, a number, true, false or
// null, and kind its first byte. For an object or an array raw is empty.
func (t *fieldTest) value(raw string, kind byte) bool {
	switch t.Op {
	case syntax.Exists:
		return true
	case syntax.Contains:
		if raw == "" {
			return false
		}
		if kind == '"' {
			raw = decode(raw)
		}
		if t.Value.Pattern != nil {
			return t.Value.Pattern.Regexp.MatchString(raw)
		}
		return t.needle.in(raw)
	case syntax.Equal:
		return t.equal(raw, kind)
	case syntax.NotEqual:
		return !t.equal(raw, kind)
	}
	c, ok := t.compare(raw, kind)
	if !ok {
		return false
	}
	switch t.Op {
	case syntax.Greater:
		return c > 0
	case syntax.GreaterOrEqual:
		return c >= 0
	case syntax.Less:
		return c < 0
	}
	return c <= 0
}

func (t *fieldTest) equal(raw string, kind byte) bool {
	switch {
	case raw == "":
		return false
	case kind == '"' && compareString(raw, t.Value.Text) == 0:
		return true
	case t.number:
		c, ok := t.compare(raw, kind)
		return ok && c == 0
	}
	return kind != '"' && !t.Value.Quoted && raw == t.Value.Text
}

// compare compares a value with that of the filter. A number is compared with
// numbers, and with texts that are numbers; a text with texts, by their
// characters. ok is false if the two cannot be compared.
func (t *fieldTest) compare(raw string, kind byte) (c int, ok bool) {
	if !t.number {
		if kind != '"' {
			return 0, false
		}
		return compareString(raw, t.Value.Text), true
	}
	if kind == '"' {
		raw = raw[1 : len(raw)-1]
		if strings.IndexByte(raw, '\\') >= 0 {
			raw = decode(`"` + raw + `"`)
		}
	}
	if !decimal.IsNumber(raw) {
		return 0, false
	}
	d := decimal.New(raw)
	return d.Compare(&t.decimal), true
}
