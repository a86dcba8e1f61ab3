package wire

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"signalbox/backend/live"
)

const (
	// MaxType and MaxID are the lengths of the longest event type and id, in
	// bytes. A client sends the id back in a request header, and many servers
	// and proxies take 8 KiB of headers in all.
	MaxType = 4096
	MaxID   = 1024
	// MaxRetry is the longest reconnection time, in milliseconds: a day.
	MaxRetry = 24 * 60 * 60 * 1000
)

// Check returns nil where a draft can be sent as an SSE event and its data has
// at most max bytes; otherwise a live.Error that names the field. epoch is that
// of the journal.
func Check(epoch string, d *live.Draft, max int) error {
	if err := checkType(d.Type); err != nil {
		return err
	}
	if err := checkID(epoch, d.ID); err != nil {
		return err
	}
	switch {
	case d.Retry != nil && *d.Retry < 0:
		return fieldError("retry", "The reconnection time is negative.", "retry is a number of milliseconds, 0 or more.")
	case d.Retry != nil && *d.Retry > MaxRetry:
		return fieldError("retry", "The reconnection time is longer than a day.", "retry is a number of milliseconds.")
	case len(d.Data) > max:
		return TooLarge(len(d.Data), max)
	}
	if i := invalidUTF8(d.Data); i >= 0 {
		return fieldError("data", fmt.Sprintf("The data is not valid UTF-8: byte %d belongs to no character.", i+1),
			"SSE carries text in UTF-8 only. Send other bytes as Base64.")
	}
	return nil
}

// TooLarge returns the error for data of more than max bytes. size is 0 where
// the data was not read to its end.
func TooLarge(size, max int) error {
	text := "The data is larger than the limit of " + formatSize(max) + "."
	if size > 0 {
		text = fmt.Sprintf("The data has %d bytes; the limit is %s.", size, formatSize(max))
	}
	return live.Errorf("too_large", "%s", text).WithField("data").
		WithHint("Send it in parts, or raise the largest event in the settings.")
}

func checkType(t string) error {
	switch {
	case len(t) > MaxType:
		return fieldError("event", fmt.Sprintf("The event type is longer than %d bytes.", MaxType), "")
	case strings.ContainsAny(t, "\r\n"):
		return fieldError("event", "The event type contains a line break.", "An event type is a single line.")
	}
	if i := invalidUTF8(t); i >= 0 {
		return fieldError("event", fmt.Sprintf("The event type is not valid UTF-8: byte %d belongs to no character.", i+1), "")
	}
	return nil
}

func checkID(epoch, id string) error {
	switch {
	case len(id) > MaxID:
		return fieldError("id", fmt.Sprintf("The id is longer than %d bytes.", MaxID), "A client sends it back in a request header when it resumes.")
	case strings.ContainsAny(id, "\r\n"):
		return fieldError("id", "The id contains a line break.", "An id is a single line.")
	case strings.Contains(id, "\x00"):
		return fieldError("id", "The id contains a NUL.", "Clients ignore such an id.")
	case !headerSafe(id):
		return fieldError("id", "The id contains a control character, or begins or ends with a space.",
			"A client sends it back in a request header when it resumes, and the header would lose it.")
	case ownPosition(epoch, id):
		return fieldError("id", "The id reads as a position of this journal.", "Leave the id out: the position of the message is its id then.")
	}
	if i := invalidUTF8(id); i >= 0 {
		return fieldError("id", fmt.Sprintf("The id is not valid UTF-8: byte %d belongs to no character.", i+1), "")
	}
	return nil
}

// fieldError returns an error whose code names the field, such as "bad_id".
func fieldError(field, why, hint string) *live.Error {
	return live.Errorf("bad_"+field, "%s", why).WithField(field).WithHint(hint)
}

// invalidUTF8 returns the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// formatSize writes a size in bytes, and in MiB or KiB too where that is a
// whole number.
func formatSize(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d bytes (%d MiB)", n, n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d bytes (%d KiB)", n, n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
