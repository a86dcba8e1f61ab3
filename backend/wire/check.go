package wire

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"signalbox/backend/live"
)

const (
	// MaxType and MaxID are the longest event type and id, in bytes. An id
	// comes back in a request header, for which many servers and proxies have
	// 8 KiB in all.
	MaxType = 4096
	MaxID   = 1024
	// MaxRetry is the longest reconnection time, in milliseconds: a day.
	MaxRetry = 24 * 60 * 60 * 1000
)

// Check returns an Error that names the field of a draft that cannot be put
// on the wire, or is longer than max bytes of data, and says why; or nil.
func Check(epoch string, d *live.Draft, max int) error {
	if err := checkType(d.Type); err != nil {
		return err
	}
	if err := checkID(epoch, d.ID); err != nil {
		return err
	}
	switch {
	case d.Retry != nil && *d.Retry < 0:
		return bad("retry", "The reconnection time is negative.", "retry is a number of milliseconds, 0 or more.")
	case d.Retry != nil && *d.Retry > MaxRetry:
		return bad("retry", "The reconnection time is longer than a day.", "retry is a number of milliseconds.")
	case len(d.Data) > max:
		return TooLarge(len(d.Data), max)
	}
	if i := invalid(d.Data); i >= 0 {
		return bad("data", fmt.Sprintf("The data is not valid UTF-8: byte %d belongs to no character.", i+1),
			"SSE carries text in UTF-8 only. Send other bytes as Base64.")
	}
	return nil
}

// TooLarge is the error of data that is longer than the limit. A size of 0
// means that it was not read to its end.
func TooLarge(size, max int) error {
	text := "The data is larger than the limit of " + limit(max) + "."
	if size > 0 {
		text = fmt.Sprintf("The data has %d bytes; the limit is %s.", size, limit(max))
	}
	return live.Errorf("too_large", "%s", text).WithField("data").
		WithHint("Send it in parts, or raise the largest event in the settings.")
}

func checkType(t string) error {
	switch {
	case len(t) > MaxType:
		return bad("event", fmt.Sprintf("The event type is longer than %d bytes.", MaxType), "")
	case strings.ContainsAny(t, "\r\n"):
		return bad("event", "The event type contains a line break.", "An event type stands on one line.")
	}
	if i := invalid(t); i >= 0 {
		return bad("event", fmt.Sprintf("The event type is not valid UTF-8: byte %d belongs to no character.", i+1), "")
	}
	return nil
}

func checkID(epoch, id string) error {
	switch {
	case len(id) > MaxID:
		return bad("id", fmt.Sprintf("The id is longer than %d bytes.", MaxID), "It comes back in a request header when a client resumes.")
	case strings.ContainsAny(id, "\r\n"):
		return bad("id", "The id contains a line break.", "An id stands on one line.")
	case strings.Contains(id, "\x00"):
		return bad("id", "The id contains a NUL.", "Clients ignore such an id.")
	case !headerSafe(id):
		return bad("id", "The id contains a control character, or begins or ends with a space.",
			"It comes back in a request header when a client resumes, and would not arrive.")
	case ownPosition(epoch, id):
		return bad("id", "The id reads as a position of this journal.", "Leave it out: then the position of the message is its id.")
	}
	if i := invalid(id); i >= 0 {
		return bad("id", fmt.Sprintf("The id is not valid UTF-8: byte %d belongs to no character.", i+1), "")
	}
	return nil
}

// bad makes an error whose code names the field, such as "bad_id".
func bad(field, why, hint string) *live.Error {
	return live.Errorf("bad_"+field, "%s", why).WithField(field).WithHint(hint)
}

// invalid returns the index of the first byte that is not UTF-8, or -1.
func invalid(s string) int {
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

// limit writes a size exactly, and once more for a person where it is round.
func limit(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d bytes (%d MiB)", n, n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d bytes (%d KiB)", n, n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
