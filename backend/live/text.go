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

// A Text is a sentence for a screen: in English, and as a code with parameters
// that translate into another language. Error, Gap, Note, Health and Attempt each
// have one.
type Text struct {
	// Code identifies the sentence and never changes. It is the code of the Error,
	// Gap or Note, followed by a slash and the case if that code has several
	// sentences ("not_found/feed"). A Text of several sentences has their codes,
	// separated by spaces.
	Code    string `json:"code"`
	Params  Params `json:"params,omitempty"`
	English string `json:"message"`
	Hint    string `json:"hint,omitempty"` // advice to the user, in English; empty if there is none
}

// Textf returns a Text. The format has a {name} for each parameter, and args are
// pairs of a name and a value:
//
//	live.Textf("not_found/feed", "There is no feed called {name}.", "name", name)
//
// A value is a text, a number, a boolean, an error or a time.Duration. The name
// of a duration ends in _ms and the name of a size in bytes ends in _bytes; the
// sentence then shows it with a suitable unit.
//
// Code and format must be constants: a test reads them from the source and
// writes the catalogue for translators, frontend/src/lib/texts.en.json. It also
// checks that texts.zh.json has every sentence in Chinese.
func Textf(code, format string, args ...any) Text {
	p := newParams(args)
	return Text{Code: code, Params: p, English: Fill(format, p)}
}

// WithHint returns t with a hint. It has the same parameters as the sentence.
func (t Text) WithHint(format string) Text {
	t.Hint = Fill(format, t.Params)
	return t
}

// Then returns a Text with the sentence of t and then the sentence of next. Both
// share one set of parameters, so a name must mean the same in both. The hint is
// next's, or t's if next has none.
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

// String returns the sentence and the hint, in English.
func (t Text) String() string {
	if t.Hint == "" {
		return t.English
	}
	return t.English + " " + t.Hint
}

// baseCode returns the code of the Error, Gap or Note that a text code belongs
// to: "not_found" for "not_found/feed".
func baseCode(textCode string) string {
	first, _, _ := strings.Cut(textCode, " ")
	base, _, _ := strings.Cut(first, "/")
	return base
}

// subcode returns t.Code if it is longer than its base code, else "".
func (t Text) subcode() string {
	if t.Code == baseCode(t.Code) {
		return ""
	}
	return t.Code
}

// Params are the parameters of a Text as a JSON object with sorted names; empty
// if there are none. They are a string rather than a map, so that structs with
// Params can be compared with ==.
type Params string

const (
	// MaxParam is the greatest length of one text as a parameter, in bytes; a longer
	// one is cut. Parameters often repeat the input of an unknown sender.
	MaxParam = 1000
	// MaxParams is the greatest size of the parameters of one Text, in bytes, when
	// they are read from JSON.
	MaxParams = 8 << 10
)

// newParams returns the Params of pairs of a name and a value.
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

// paramValue returns a parameter as JSON has it: a text, a number or a boolean.
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

// encodeParams returns the JSON of values, or "" if there are none.
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
	_ = dec.Decode(&values) // JSON that is not an object has no parameters
	return values
}

// MarshalJSON returns the object.
func (p Params) MarshalJSON() ([]byte, error) {
	if p == "" {
		return []byte("{}"), nil
	}
	return []byte(p), nil
}

// UnmarshalJSON reads an object. If it is larger than MaxParams, p becomes empty,
// and the screen shows the English sentence.
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
// name. A {name} without a parameter and every other brace stay unchanged.
// Control characters of a parameter become escapes, so that no sentence can
// control a terminal.
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

// showParam returns a parameter as an English sentence shows it.
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

// EnglishDuration returns a duration in one or two suitable units: "1.4 s",
// "12 min", "3 h 05 min".
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

// EnglishSize returns a size in bytes in a suitable unit: "512 bytes", "16 MiB",
// "1.5 GiB".
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

// PageLanguage returns the language of a page that the server writes, "en" or
// "zh": choice, the setting language, or if it is "system" or empty the first of
// the two in accept, the header Accept-Language.
func PageLanguage(choice, accept string) string {
	if choice == "en" || choice == "zh" {
		return choice
	}
	for name := range strings.SplitSeq(accept, ",") {
		name, _, _ = strings.Cut(strings.TrimSpace(name), ";")
		base, _, _ := strings.Cut(strings.ToLower(name), "-")
		if base == "en" || base == "zh" {
			return base
		}
	}
	return "en"
}
