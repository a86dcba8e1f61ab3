package live

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A SourceKind is "feed" or "channel".
type SourceKind string

// The two kinds of source.
const (
	FeedSource    SourceKind = "feed"    // a remote stream that is followed
	ChannelSource SourceKind = "channel" // a local stream that programs publish to
)

// A Source is a feed or a channel. Every message belongs to one. Clients of the
// local server can subscribe to either under its name.
type Source struct {
	ID      int64      `json:"id"` // set by the store, never reused
	Name    string     `json:"name"`
	Kind    SourceKind `json:"kind"`
	Colour  int        `json:"colour"` // 1 to Colours, on screen the variable --src-1 to --src-6
	Created time.Time  `json:"created"`
	// Removed is when the user removed the source; zero while it exists. It can be
	// restored for ten minutes; then its messages are deleted.
	Removed time.Time `json:"removed,omitzero"`
	// Keep limits this source, in addition to the limits of the whole journal.
	Keep Keep `json:"keep,omitzero"`
}

// Colours is the number of colours for sources.
const Colours = 6

// MaxName is the greatest length of the name of a source, in characters.
const MaxName = 100

// CheckName returns an Error with the code bad_name unless name is valid for a
// source. A name must fit a segment of a URL and a line on the screen.
func CheckName(name string) error {
	var e *Error
	switch {
	case name == "":
		e = Errorf("bad_name/empty", "The name is empty.").WithHint(nameHint)
	case !utf8.ValidString(name):
		e = Errorf("bad_name/utf8", "The name is not valid UTF-8.").WithHint(nameHint)
	case utf8.RuneCountInString(name) > MaxName:
		e = Errorf("bad_name/long", "The name is longer than 100 characters.").WithHint(nameHint)
	case strings.TrimSpace(name) != name:
		e = Errorf("bad_name/space", "The name begins or ends with a space.").WithHint(nameHint)
	case name == "." || name == "..":
		e = Errorf("bad_name/dots", "A name of dots means a folder in a URL.").WithHint(nameHint)
	case strings.ContainsFunc(name, func(r rune) bool { return r == '/' || r == '\\' || unicode.IsControl(r) }):
		e = Errorf("bad_name/character", "The name contains a slash or a control character.").WithHint(nameHint)
	default:
		return nil
	}
	return e.WithField("name")
}

const nameHint = "A name has 1 to 100 characters, without control characters and slashes."

// A Tally has the counts of one source. The store changes them in the transaction
// that changes the messages, so no screen has to count rows.
type Tally struct {
	Appended int64     // all messages ever appended
	Kept     int64     // the messages still in the journal
	Bytes    int64     // the sum of the Draft.Size of the messages kept
	Last     int64     // the number of the newest message, 0 if there never was one
	LastAt   time.Time // when the newest message was received
	Seen     int64     // how many of Appended the user has seen; the others are unread
}
