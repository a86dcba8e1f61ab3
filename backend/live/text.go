package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Text is a sentence that a screen shows: in English, and as a code with
// parameters, from which the sentence can be made in another language. Error,
// Gap, Note, Health and Attempt each carry one.
type Text struct {
	// Code never changes. It names the sentence: the code of the Error, Gap or
	// Note, and behind a slash the case, where there are several
	// ("not_found/feed"). A Text of several sentences has their codes, with
	// spaces between them.
	Code    string
	Params  Params
	English string
	Hint    string // what to do about it, in English; empty where there is nothing
}

// Textf makes a Text. The format has a {name} for each parameter, and args are
// pairs of a name and a value:
//
//	live.Textf("not_found/feed", "There is no feed called {name}.", "name", name)
//
// A value is a text, a number, a boolean, an error or a time.Duration. The name
// of a duration ends in _ms and the name of a size in bytes ends in _bytes; the
// sentence then shows it with a unit that suits it.
//
// Code and format must be constants: a test reads them from the source and
// writes the catalogue for translators, frontend/src/lib/texts.en.json.
func Textf(code, format string, args ...any) Text {
	p := newParams(args)
	return Text{Code: code, Params: p, English: Fill(format, p)}
}

// WithHint returns t with a hint. It has the same parameters as the sentence.
func (t Text) WithHint(format string) Text {
	t.Hint = Fill(format, t.Params)
	return t
}

// Then returns a Text that says t, then next. Both share one set of
// parameters, so one name must mean one thing in both. The hint is that of
// next, or of t where next has none.
func (t Text) Then(next Text) Text {
	all := t.Params.values()
	for name, v := range next.Params.values() {
		all[name] = v
	}
	t.Code, t.English = t.Code+" "+next.Code, t.English+" "+next.English
	t.Params = encodeParams(all)
	if next.Hint != "" {
		t.Hint = next.Hint
	}
	return t
}

// baseCode returns the code of the Error, Gap or Note that a text code belongs
// to: "not_found" for "not_found/feed".
func baseCode(textCode string) string {
	first, _, _ := strings.Cut(textCode, " ")
	base, _, _ := strings.Cut(first, "/")
	return base
}

// finer returns the text code where it says more than its base code, else "".
func (t Text) finer() string {
	if t.Code == baseCode(t.Code) {
		return ""
	}
	return t.Code
}

// Params are the parameters of a Text as a JSON object, its names sorted; empty
// where there are none. They are a string rather than a map, so that whatever
// carries them can be compared and stored as it is.
type Params string

const (
	// MaxParam is how much of one text is kept as a parameter, in bytes. A
	// parameter often repeats what a stranger sent.
	MaxParam = 1000
	// MaxParams is how large the parameters of one Text may be, in bytes, when
	// they are read from JSON.
	MaxParams = 8 << 10
)

// newParams makes Params of pairs of a name and a value.
func newParams(args []any) Params {
	if len(args) == 0 {
		return ""
	}
	values := make(map[string]any, len(args)/2)
	for pair := range slices.Chunk(args, 2) {
		name, ok := pair[0].(string)
		if !ok || len(pair) < 2 {
			continue // the test of the catalogue refuses such a call
		}
		values[name] = paramValue(pair[1])
	}
	return encodeParams(values)
}

// paramValue returns what JSON holds of a parameter: a text, a number or a
// boolean.
func paramValue(v any) any {
	switch v := v.(type) {
	case time.Duration:
		return v.Milliseconds()
	case int, int64, bool:
		return v
	case error:
		return cutParam(v.Error())
	}
	return cutParam(fmt.Sprint(v))
}

// cutParam returns s as valid UTF-8 of at most MaxParam bytes.
func cutParam(s string) string {
	if len(s) > MaxParam {
		end := MaxParam - len("…")
		for !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// encodeParams returns the JSON of values, or "" where there are none.
func encodeParams(values map[string]any) Params {
	b, err := json.Marshal(values)
	if err != nil || len(values) == 0 {
		return ""
	}
	return Params(b)
}

// values returns the parameters by their names. Numbers are json.Number.
func (p Params) values() map[string]any {
	values := map[string]any{}
	dec := json.NewDecoder(strings.NewReader(string(p)))
	dec.UseNumber()
	_ = dec.Decode(&values) // what is no object has no parameters
	return values
}

// MarshalJSON writes the object.
func (p Params) MarshalJSON() ([]byte, error) {
	if p == "" {
		return []byte("{}"), nil
	}
	return []byte(p), nil
}

// UnmarshalJSON reads an object. One that is larger than MaxParams is left
// out: the English sentence beside it says the same.
func (p *Params) UnmarshalJSON(b []byte) error {
	*p = ""
	if len(b) > MaxParams || bytes.Equal(b, []byte("{}")) || bytes.Equal(b, []byte("null")) {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b); err != nil || b[0] != '{' {
		return fmt.Errorf("parameters that are no JSON object: %w", err)
	}
	*p = Params(compact.String())
	return nil
}

// Fill returns a template with each {name} replaced by the parameter of that
// name. A {name} without a parameter stays as it is, and so does every other
// brace. Control characters of a parameter are written as escapes, so that no
// sentence can drive a terminal.
func Fill(template string, p Params) string {
	if p == "" || !strings.Contains(template, "{") {
		return template
	}
	values := p.values()
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		v, known := values[name]
		if !known || !closed {
			b.WriteByte('{')
			template = rest
			continue
		}
		b.WriteString(showParam(name, v))
		template = after
	}
}

// showParam writes a parameter as English does.
func showParam(name string, v any) string {
	if n, ok := v.(json.Number); ok {
		i, err := n.Int64()
		switch {
		case err == nil && strings.HasSuffix(name, "_ms"):
			return EnglishDuration(time.Duration(i) * time.Millisecond)
		case err == nil && strings.HasSuffix(name, "_bytes"):
			return EnglishSize(i)
		}
		return n.String()
	}
	s := fmt.Sprint(v)
	if strings.ContainsFunc(s, unicode.IsControl) {
		var b strings.Builder
		for _, r := range s {
			if unicode.IsControl(r) {
				fmt.Fprintf(&b, `\x%02x`, r)
			} else {
				b.WriteRune(r)
			}
		}
		return b.String()
	}
	return s
}

// EnglishDuration writes a duration in the one or two units that suit it: "1.4
// s", "12 min", "3 h 05 min".
func EnglishDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second && d%time.Second >= 100*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// EnglishSize writes a size in bytes in the unit that suits it: "512 bytes",
// "16 MiB", "1.5 GiB".
func EnglishSize(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20 && bytes%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", bytes>>20)
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", bytes)
}
