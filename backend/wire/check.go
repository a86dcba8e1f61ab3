package wire

import (
	"strings"
	"unicode/utf8"

	"signalbox/backend/live"
)

const (
	// MaxType and MaxID are the greatest lengths of an event type and an id, in
	// bytes. A client sends the id back in a request header, and many servers and
	// proxies accept at most 8 KiB of headers.
	MaxType = 4096
	MaxID   = 1024
	// MaxRetry is the longest reconnection time, in milliseconds: a day.
	MaxRetry = 24 * 60 * 60 * 1000
)

// Check returns nil if a draft can be sent as an SSE event and its data has at most
// max bytes; otherwise a live.Error with the name of the field. epoch is the
// journal's epoch.
func Check(epoch string, d *live.Draft, max int) error {
	if err := checkType(d.Type); err != nil {
		return err
	}
	if err := checkID(epoch, d.ID); err != nil {
		return err
	}
	switch {
	case d.Retry != nil && *d.Retry < 0:
		return live.Errorf("bad_retry/negative", "The reconnection time is negative.").WithField("retry").
			WithHint("retry is a number of milliseconds, 0 or more.")
	case d.Retry != nil && *d.Retry > MaxRetry:
		return live.Errorf("bad_retry/too_long", "The reconnection time is longer than a day.").WithField("retry").
			WithHint("retry is a number of milliseconds.")
	case len(d.Data) > max:
		return TooLarge(len(d.Data), max)
	}
	if i := invalidUTF8(d.Data); i >= 0 {
		return live.Errorf("bad_data/utf8", "The data is not valid UTF-8: byte {byte} belongs to no character.", "byte", i+1).WithField("data").
			WithHint("SSE carries text in UTF-8 only. Send other bytes as Base64.")
	}
	return nil
}

// TooLarge returns the error for data of more than max bytes. size is 0 if the data
// was not read to its end.
func TooLarge(size, max int) error {
	if size == 0 {
		return live.Errorf("too_large/data", "The data is larger than the limit of {limit_bytes}.", "limit_bytes", max).WithField("data").
			WithHint("Send it in parts, or raise the largest event in the settings.")
	}
	return live.Errorf("too_large/data_size", "The data has {size} bytes; the limit is {limit_bytes}.", "size", size, "limit_bytes", max).WithField("data").
		WithHint("Send it in parts, or raise the largest event in the settings.")
}

func checkType(t string) error {
	switch {
	case len(t) > MaxType:
		return live.Errorf("bad_event/too_long", "The event type is longer than {max} bytes.", "max", MaxType).WithField("event")
	case strings.ContainsAny(t, "\r\n"):
		return live.Errorf("bad_event/line_break", "The event type contains a line break.").WithField("event").
			WithHint("An event type is a single line.")
	}
	if i := invalidUTF8(t); i >= 0 {
		return live.Errorf("bad_event/utf8", "The event type is not valid UTF-8: byte {byte} belongs to no character.", "byte", i+1).WithField("event")
	}
	return nil
}

func checkID(epoch, id string) error {
	switch {
	case len(id) > MaxID:
		return live.Errorf("bad_id/too_long", "The id is longer than {max} bytes.", "max", MaxID).WithField("id").
			WithHint("A client sends it back in a request header when it resumes.")
	case strings.ContainsAny(id, "\r\n"):
		return live.Errorf("bad_id/line_break", "The id contains a line break.").WithField("id").WithHint("An id is a single line.")
	case strings.Contains(id, "\x00"):
		return live.Errorf("bad_id/nul", "The id contains a NUL.").WithField("id").WithHint("Clients ignore such an id.")
	case !headerSafe(id):
		return live.Errorf("bad_id/control", "The id contains a control character, or begins or ends with a space.").WithField("id").
			WithHint("A client sends it back in a request header when it resumes, and the header would lose it.")
	case ownPosition(epoch, id):
		return live.Errorf("bad_id/position", "The id reads as a position of this journal.").WithField("id").
			WithHint("Leave the id out: the position of the message is its id then.")
	}
	if i := invalidUTF8(id); i >= 0 {
		return live.Errorf("bad_id/utf8", "The id is not valid UTF-8: byte {byte} belongs to no character.", "byte", i+1).WithField("id")
	}
	return nil
}

// ofField sets the field of an error, and a code with the name of the field, such as
// "bad_id". Its sentence is the same for every field.
func ofField(field string, e *live.Error) *live.Error {
	e.Code = "bad_" + field
	return e.WithField(field)
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
