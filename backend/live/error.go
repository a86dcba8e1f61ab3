package live

// An Error is what a user or another program is told when something is
// refused: a code that never changes, a sentence, and what to do about it.
// Every package returns one where its error reaches a screen or the HTTP API.
type Error struct {
	Code    string `json:"code"`           // "bad_name", "too_large", "not_found"…
	Message string `json:"message"`        // a sentence in English
	Hint    string `json:"hint,omitempty"` // what to do about it, in English
	// Text is the code of the sentence where Code alone does not tell which one
	// it is, such as "not_found/feed"; else empty. With Params it makes Message
	// and Hint in another language.
	Text   string `json:"text,omitempty"`
	Params Params `json:"params,omitempty"`
	Field  string `json:"field,omitempty"` // the field of the request that is wrong
	// Offset and Length say which part of the field is wrong, in characters.
	// Offset is nil where all of it is wrong.
	Offset *int  `json:"offset,omitempty"`
	Length int   `json:"length,omitempty"`
	Line   int   `json:"line,omitempty"` // the line that is wrong, from 1, of a body with a message on each; 0 otherwise
	Err    error `json:"-"`              // the cause, for the log
}

// Errorf makes an Error whose sentence is Textf(code, format, args...). Its
// Code is the part of the text code before the slash.
func Errorf(code, format string, args ...any) *Error {
	return Textf(code, format, args...).AsError()
}

// AsError returns an Error that says t, with its hint.
func (t Text) AsError() *Error {
	return &Error{Code: baseCode(t.Code), Message: t.English, Hint: t.Hint, Text: t.finer(), Params: t.Params}
}

// AsText returns the sentence of e with its hint.
func (e *Error) AsText() Text {
	t := Text{Code: e.Text, Params: e.Params, English: e.Message, Hint: e.Hint}
	if t.Code == "" {
		t.Code = e.Code
	}
	return t
}

// WithHint returns e with what to do about it. The hint has the same
// parameters as the sentence.
func (e *Error) WithHint(format string) *Error { e.Hint = Fill(format, e.Params); return e }

// WithField returns e with the field that is wrong.
func (e *Error) WithField(field string) *Error { e.Field = field; return e }

// WithRange returns e with the part of the field that is wrong: length
// characters, the first of them at offset.
func (e *Error) WithRange(offset, length int) *Error {
	e.Offset, e.Length = &offset, length
	return e
}

// WithLine returns e with the number of the line that is wrong.
func (e *Error) WithLine(line int) *Error { e.Line = line; return e }

// WithCause returns e with the error that caused it.
func (e *Error) WithCause(err error) *Error { e.Err = err; return e }

// Error returns the sentence and the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " " + e.Hint
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error with the same code, so that
// errors.Is(err, &live.Error{Code: "not_found"}) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}
