package live

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A SourceKind says whether a source is followed or served.
type SourceKind string

// The two kinds of source.
const (
	FeedSource    SourceKind = "feed"
	ChannelSource SourceKind = "channel"
)

// A Source is where a message came from: a feed or a channel. Every source
// can be subscribed to at the local server under its name.
type Source struct {
	ID      int64      `json:"id"` // given by the store, never reused
	Name    string     `json:"name"`
	Kind    SourceKind `json:"kind"`
	Colour  int        `json:"colour"` // 1 to 6, one of the palette's --src colours
	Created time.Time  `json:"created"`
	// Removed is when it was taken off the list; its messages are deleted
	// some minutes later, until then it can be restored. Zero while it lives.
	Removed time.Time `json:"removed,omitzero"`
	// Keep is how much of this source is kept, where it is less than of the
	// whole journal.
	Keep Keep `json:"keep,omitzero"`
}

// Colours is the size of the palette that sources are drawn with.
const Colours = 6

// MaxName is the longest name of a source, in characters.
const MaxName = 100

// CheckName returns an Error that says what is wrong with a source's name,
// or nil. A name stands in URLs and on one line of the screen.
func CheckName(name string) error {
	bad := func(why string) error {
		return Errorf("bad_name", "%s", why).WithField("name").
			WithHint("A name is 1 to 100 characters without control characters and slashes.")
	}
	switch {
	case name == "":
		return bad("The name is empty.")
	case !utf8.ValidString(name):
		return bad("The name is not valid UTF-8.")
	case utf8.RuneCountInString(name) > MaxName:
		return bad("The name is longer than 100 characters.")
	case strings.TrimSpace(name) != name:
		return bad("The name begins or ends with a space.")
	case name == "." || name == "..":
		return bad("The name means a folder in a URL.")
	case strings.ContainsFunc(name, func(r rune) bool { return r == '/' || r == '\\' || unicode.IsControl(r) }):
		return bad("The name contains a slash or a control character.")
	}
	return nil
}

// A Tally is what the store counts of one source, kept in the same
// transaction as the messages, so that no screen has to count rows.
type Tally struct {
	Appended int64 // messages ever appended
	Kept     int64 // messages still in the journal
	Bytes    int64 // their size, in bytes
	Last     int64 // number of the newest, 0 where there was none
	LastAt   time.Time
	Seen     int64 // how many of Appended the user has seen: unread is the difference
}
