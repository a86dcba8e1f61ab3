package live

import "strconv"

// An Error has a code that never changes, a sentence and a hint. Every error
// that reaches a screen or the HTTP API is one.
type Error struct {
	Code    string `json:"code"`           // "bad_name", "too_large", "not_found"…
	Message string `json:"message"`        // a sentence in English
	Hint    string `json:"hint,omitempty"` // advice to the user, in English
	// Text is the code of the sentence, such as "not_found/feed", if Code has
	// several sentences; else empty. Text and Params make Message and Hint in
	// another language.
	Text   string `json:"text,omitempty"`
	Params Params `json:"params,omitempty"`
	Field  string `json:"field,omitempty"` // the field of the request that is wrong
	// Offset and Length are the range of the field that is wrong, in characters.
	// Offset is nil if the whole field is wrong.
	Offset *int  `json:"offset,omitempty"`
	Length int   `json:"length,omitempty"`
	Line   int   `json:"line,omitempty"` // the number of the wrong line of a body of JSON lines, from 1; else 0
	Err    error `json:"-"`              // the cause, for the log
}

// Errorf returns an Error with the sentence of Textf(code, format, args...). Its
// Code is the part of code before the slash.
func Errorf(code, format string, args ...any) *Error {
	return Textf(code, format, args...).AsError()
}

// AsError returns an Error with the sentence and the hint of t.
func (t Text) AsError() *Error {
	return &Error{Code: baseCode(t.Code), Message: t.English, Hint: t.Hint, Text: t.subcode(), Params: t.Params}
}

// AsText returns the sentence and the hint of e.
func (e *Error) AsText() Text {
	t := Text{Code: e.Text, Params: e.Params, English: e.Message, Hint: e.Hint}
	if t.Code == "" {
		t.Code = e.Code
	}
	return t
}

// WithHint returns e with a hint. The hint has the same parameters as the
// sentence.
func (e *Error) WithHint(format string) *Error { e.Hint = Fill(format, e.Params); return e }

// WithField returns e with the name of the field that is wrong.
func (e *Error) WithField(field string) *Error { e.Field = field; return e }

// WithRange returns e with the range of the field that is wrong: length
// characters from offset on.
func (e *Error) WithRange(offset, length int) *Error {
	e.Offset, e.Length = &offset, length
	return e
}

// WithLine returns e with the number of the line that is wrong.
func (e *Error) WithLine(line int) *Error { e.Line = line; return e }

// WithCause returns e with the error that caused it.
func (e *Error) WithCause(err error) *Error { e.Err = err; return e }

// Error returns the sentence and the hint.
func (e *Error) Error() string { return e.AsText().String() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error with the same code, for
// errors.Is(err, &live.Error{Code: "not_found"}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// A ReusedKey is the cause of an Error with the code "key_reused": the Key of the
// draft that was refused.
type ReusedKey string

// Error returns the key.
func (k ReusedKey) Error() string { return strconv.Quote(string(k)) }
