package live

import (
	"errors"
	"strings"

	"signalbox/backend/english"
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
// A value says what it is, so that every language writes it its own way: see
// Params. A text is shown as it is, so it must be a name, an address or other data,
// never words of a language.
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

// Cause returns the words of an error, as a part of a sentence. They have a code if
// err is an Error or a well-known cause; else they are only in English.
func Cause(err error) Text {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.AsText()
	}
	if err == nil {
		return Text{}
	}
	code, words := english.Cause(err)
	return Text{Code: code, English: words}
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
