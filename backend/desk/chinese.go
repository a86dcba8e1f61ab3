package desk

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/english"
	"signalbox/backend/live"
)

// A Catalogue is the Chinese sentences of the program: the content of
// frontend/src/lib/texts.zh.json, where translators write them. Nil has none.
type Catalogue []byte

// A phrase is a live.Text in JSON, as a parameter of another has it too.
type phrase struct {
	Code    string         `json:"code"`
	Params  map[string]any `json:"params"`
	Message string         `json:"message"`
	Hint    string         `json:"hint"`
}

type translator map[string]struct{ Text, Hint string }

// translate returns the sentence of an error and its hint in Chinese, or in
// English what is not in the catalogue.
func (c Catalogue) translate(e *live.Error) (sentence, hint string) {
	var entries translator
	var p phrase
	text, err := json.Marshal(e.AsText())
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil || json.Unmarshal(c, &entries) != nil {
		return e.Message, e.Hint
	}
	return entries.phrase(p)
}

func (t translator) phrase(p phrase) (sentence, hint string) {
	for code := range strings.FieldsSeq(p.Code) {
		entry, known := t[code]
		if !known {
			return p.Message, p.Hint
		}
		sentence += t.fill(entry.Text, p.Params)
		if entry.Hint != "" {
			hint = t.fill(entry.Hint, p.Params)
		}
	}
	if p.Code == "" {
		return "“" + p.Message + "”", p.Hint
	}
	return sentence, hint
}

var place = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// fill puts the parameters into a sentence. Between a letter or digit and Han
// stands a space.
func (t translator) fill(template string, params map[string]any) string {
	var b strings.Builder
	at := 0
	for _, m := range place.FindAllStringIndex(template, -1) {
		name := template[m[0]+1 : m[1]-1]
		value := t.show(name, params[name])
		b.WriteString(template[at:m[0]] + value)
		at = m[1]
		last, _ := utf8.DecodeLastRuneInString(value)
		next, _ := utf8.DecodeRuneInString(template[at:])
		if last < unicode.MaxLatin1 && (unicode.IsLetter(last) || unicode.IsDigit(last)) && unicode.Is(unicode.Han, next) {
			b.WriteByte(' ')
		}
	}
	return b.String() + template[at:]
}

func (t translator) show(name string, value any) string {
	switch v := value.(type) {
	case map[string]any:
		var p phrase
		text, err := json.Marshal(v)
		if err != nil || json.Unmarshal(text, &p) != nil {
			return ""
		}
		sentence, hint := t.phrase(p)
		if hint == "" {
			return strings.TrimSuffix(sentence, "。")
		}
		return sentence + strings.TrimSuffix(hint, "。")
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = t.show("", item)
		}
		return strings.Join(words, "、")
	case float64:
		switch {
		case strings.HasSuffix(name, "_bytes"):
			return english.Size(int64(v))
		case strings.HasSuffix(name, "_ms"):
			return english.Duration(time.Duration(v) * time.Millisecond)
		}
		return strconv.FormatInt(int64(v), 10)
	}
	text, _ := value.(string)
	return text
}
