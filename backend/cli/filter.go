package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"signalbox/backend/filter"
	"signalbox/backend/live"
)

// A filterError is an error in a filter, whose text is shown with it.
type filterError struct {
	error
	text string
}

func (e *filterError) Unwrap() error { return e.error }

// parseFilter parses a filter that was typed. Its error shows where it is wrong.
// bookmarked finds the bookmarks; nil refuses is:bookmarked.
func parseFilter(text string, bookmarked func() (map[int64]bool, error)) (*filter.Filter, error) {
	f, err := filter.Parse(text, filter.Env{Now: time.Now(), Bookmarked: bookmarked})
	if err != nil {
		return nil, &filterError{err, text}
	}
	return f, nil
}

// point prints the text of a filter and below it a mark under what is wrong. It
// prints nothing for a text that would not stay on one line.
func (e *filterError) point(out io.Writer, indent string) {
	wrong, ok := errors.AsType[*live.Error](e.error)
	characters := []rune(e.text)
	if !ok || wrong.Offset == nil || len(characters) > 200 || strings.ContainsFunc(e.text, unicode.IsControl) {
		return
	}
	at := min(*wrong.Offset, len(characters))
	end := min(at+wrong.Length, len(characters))
	fmt.Fprintf(out, "%s%s\n%s%s%s\n", indent, e.text, indent, strings.Repeat(" ", columns(characters[:at])), strings.Repeat("^", max(1, columns(characters[at:end]))))
}

// columns returns how many columns characters take in a terminal.
func columns(characters []rune) (n int) {
	for _, c := range characters {
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		case c >= 0x1100 && (c <= 0x115f || c >= 0x2e80 && c <= 0xa4cf || c >= 0xac00 && c <= 0xd7a3 || c >= 0xf900 && c <= 0xfaff ||
			c >= 0xfe30 && c <= 0xfe6f || c >= 0xff00 && c <= 0xff60 || c >= 0xffe0 && c <= 0xffe6 || c >= 0x1f300 && c <= 0x1faff || c >= 0x20000 && c <= 0x3fffd):
			n += 2
		default:
			n++
		}
	}
	return n
}
