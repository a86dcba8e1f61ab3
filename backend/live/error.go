package live

import "fmt"

// An Error is what a user or another program is told: a code that never
// changes, a sentence, and what to do about it.
type Error struct {
	Code    string `json:"code"`            // "bad_name", "too_large", "not_found"…
	Message string `json:"message"`         // a sentence
	Hint    string `json:"hint,omitempty"`  // what to do
	Field   string `json:"field,omitempty"` // the field of the request that is wrong
	// Offset and Length say which part of the field is wrong, in characters.
	// Offset is nil where that is all of it.
	Offset *int  `json:"offset,omitempty"`
	Length int   `json:"length,omitempty"`
	Err    error `json:"-"` // the cause, for the log
}

// Errorf makes an Error with a code and a sentence.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithHint returns e with what to do about it.
func (e *Error) WithHint(hint string) *Error { e.Hint = hint; return e }

// WithField returns e with the field that is wrong.
func (e *Error) WithField(field string) *Error { e.Field = field; return e }

// WithPlace returns e with the part of the field that is wrong: length
// characters from offset on.
func (e *Error) WithPlace(offset, length int) *Error {
	e.Offset, e.Length = &offset, length
	return e
}

// WithCause returns e with the error behind it.
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
