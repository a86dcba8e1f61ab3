package live

import (
	"time"
	"unicode/utf8"
)

// A Bookmark marks one message, with a comment that may be empty. It does not keep
// the message from being trimmed, and it outlives the message.
type Bookmark struct {
	// Message has its Data cut to BookmarkExcerpt bytes, and Type and ID to
	// PreviewNames.
	Message Message
	Size    int // the length of the whole Data in bytes
	Comment string
	Created time.Time
	Changed time.Time // when the comment was last written
	Gone    bool      // the message was trimmed
}

const (
	// MaxBookmarks is the greatest number of bookmarks in a journal.
	MaxBookmarks = 10_000
	// MaxComment is the greatest length of a comment, in characters.
	MaxComment = 2000
	// BookmarkExcerpt is how much of the data of a message a bookmark keeps, in
	// bytes. The JSON of gaps and notes is kept whole.
	BookmarkExcerpt = 400
	// BookmarkRestore is how long a removed bookmark can be restored.
	BookmarkRestore = 10 * time.Minute
)

// A BookmarkQuery asks for one page of bookmarks, in the order of their messages:
// up to Limit of them from the beginning or the end of a range.
type BookmarkQuery struct {
	Sources []int64 // of messages of these sources; empty means all
	// After and Before are bounds on the number, both exclusive; 0 means none.
	After, Before int64
	// Newest asks for the end of the range rather than its beginning. The bookmarks
	// of a page are always in ascending order.
	Newest bool
	Limit  int
}

// A BookmarkPage is the result of a BookmarkQuery.
type BookmarkPage struct {
	Bookmarks []Bookmark
	More      bool // there are more in the direction of the query
}

// CheckComment returns an Error unless a comment is short enough.
func CheckComment(comment string) error {
	if n := utf8.RuneCountInString(comment); n > MaxComment {
		return Errorf("bad_comment", "The comment has {n} characters; {max} are the most.", "n", n, "max", MaxComment).WithField("comment")
	}
	return nil
}
