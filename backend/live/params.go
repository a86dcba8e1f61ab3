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

	"signalbox/backend/english"
)

// Params are the parameters of a Text as a JSON object with sorted names; empty
// if there are none. They are a string rather than a map, so that structs with
// Params can be compared with ==.
//
// A parameter is made of one of these values:
//
//   - a text, a number or a boolean, which is shown as it is
//   - a time.Duration, as a number of milliseconds; its name ends in _ms
//   - a size in bytes, as a number; its name ends in _bytes
//   - a time.Time, of which the day is shown, as "2026-11-21"; its name ends in _date
//   - a Text, as an object, which is shown in the language of the sentence around
//     it; at its beginning with a capital, unless only a system has words for it
//   - an error, which becomes the Text that Cause returns
//   - a list of texts or Texts, as an array; if its name ends in _or, one of them
//     is meant
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
	case time.Time:
		return v.Format(time.DateOnly)
	case Text:
		return v.param()
	case error:
		return Cause(v).param()
	case []string:
		return paramList(v)
	case []Text:
		return paramList(v)
	}
	return cutParam(fmt.Sprint(v))
}

func paramList[T any](list []T) []any {
	values := make([]any, len(list))
	for i, v := range list {
		values[i] = paramValue(v)
	}
	return values
}

// param returns t as a parameter of another Text: the object that its JSON is.
func (t Text) param() map[string]any {
	o := map[string]any{"message": cutParam(t.English)}
	if t.Code != "" {
		o["code"] = t.Code
	}
	if t.Hint != "" {
		o["hint"] = cutParam(t.Hint)
	}
	if t.Params != "" {
		o["params"] = json.RawMessage(t.Params)
	}
	return o
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
		text := showParam(name, v)
		if t, nested := v.(map[string]any); nested && t["code"] != nil && b.Len() == 0 {
			text = capital(text)
		}
		b.WriteString(text)
		template = after
	}
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// showParam returns a parameter as an English sentence shows it.
func showParam(name string, v any) string {
	switch v := v.(type) {
	case map[string]any:
		message, _ := v["message"].(string)
		hint, _ := v["hint"].(string)
		return Text{English: showParam("", message), Hint: showParam("", hint)}.String()
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = showParam("", item)
		}
		if last := len(words) - 1; last > 0 && strings.HasSuffix(name, "_or") {
			return strings.Join(words[:last], ", ") + " or " + words[last]
		}
		return strings.Join(words, ", ")
	}
	if n, ok := v.(json.Number); ok {
		i, err := n.Int64()
		switch {
		case err == nil && strings.HasSuffix(name, "_ms"):
			return english.Duration(time.Duration(i) * time.Millisecond)
		case err == nil && strings.HasSuffix(name, "_bytes"):
			return english.Size(i)
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
