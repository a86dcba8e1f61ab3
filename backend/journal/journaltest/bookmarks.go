package journaltest

import (
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// bookmarks returns all bookmarks, as number and comment.
func (h *history) bookmarks(q live.BookmarkQuery) (list []live.Bookmark) {
	h.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	page, err := h.Bookmarks(h.Context(), q)
	h.must(err)
	return page.Bookmarks
}

// put marks a message and expects it to be found.
func (h *history) put(number int64, comment string, at time.Time) {
	h.Helper()
	found, err := h.PutBookmark(h.Context(), number, comment, at)
	h.must(err)
	h.same(found, true)
}

func bookmarkOutlivesItsMessage(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	ms := h.append(
		live.Draft{Source: a, Type: "paid", ID: "7", Data: strings.Repeat("€", live.BookmarkExcerpt), Received: start},
		live.Draft{Source: b, Type: strings.Repeat("t", 2*live.PreviewNames), Data: "short\x00text", Received: start, Connection: 3},
		live.Draft{Source: b, Kind: live.GapKind, Type: "gap", Data: `{"missing":null,"reason":"` + strings.Repeat("x", 1000) + `"}`, Received: start})
	for i, m := range ms {
		h.put(m.Number, "comment "+string(rune('a'+i)), start.Add(time.Hour))
	}
	found, err := h.PutBookmark(t.Context(), 99, "", start)
	h.must(err)
	h.same(found, false)
	h.reopen()

	want := make([]live.Bookmark, len(ms))
	for i, m := range ms {
		want[i] = live.Bookmark{Message: m, Size: len(m.Data), Comment: "comment " + string(rune('a'+i)), Created: start.Add(time.Hour), Changed: start.Add(time.Hour)}
	}
	want[0].Message.Data = strings.Repeat("€", live.BookmarkExcerpt/3)
	want[1].Message.Type = strings.Repeat("t", live.PreviewNames)
	h.same(h.bookmarks(live.BookmarkQuery{}), want)

	h.trim(live.Trim{Messages: 2})
	want[0].Gone, want[1].Gone = true, true
	h.same(h.bookmarks(live.BookmarkQuery{}), want)
	// Its comment can still be changed.
	h.put(1, "later", start.Add(2*time.Hour))
	want[0].Comment, want[0].Changed = "later", start.Add(2*time.Hour)
	h.same(h.bookmarks(live.BookmarkQuery{Sources: []int64{a}}), want[:1])
	h.same(h.bookmarks(live.BookmarkQuery{After: 1}), want[1:])
	h.same(h.bookmarks(live.BookmarkQuery{Before: 3, Newest: true, Limit: 1}), want[1:2])

	h.trim(live.Trim{Source: b, Removed: true})
	h.must(h.DeleteSource(t.Context(), b))
	h.same(h.bookmarks(live.BookmarkQuery{}), want[:1])
}

func removalOfABookmarkIsUndone(t *testing.T, h *history) {
	m := h.some(h.source("a"), 1)[0]
	h.put(m.Number, "why", start)
	change := func(f func() (bool, error), want bool) {
		t.Helper()
		found, err := f()
		h.must(err)
		h.same(found, want)
	}
	remove := func() (bool, error) { return h.RemoveBookmark(t.Context(), m.Number, start.Add(time.Hour)) }
	restore := func(after time.Duration) func() (bool, error) {
		return func() (bool, error) { return h.RestoreBookmark(t.Context(), m.Number, start.Add(time.Hour+after)) }
	}
	change(remove, true)
	change(remove, false)
	h.same(len(h.bookmarks(live.BookmarkQuery{})), 0)
	change(restore(live.BookmarkRestore), true)
	h.same(h.bookmarks(live.BookmarkQuery{})[0].Comment, "why")
	change(remove, true)
	change(restore(live.BookmarkRestore+time.Second), false)
	// A new one has nothing of the old one.
	h.put(m.Number, "", start.Add(2*time.Hour))
	got := h.bookmarks(live.BookmarkQuery{})[0]
	h.same(got.Comment, "")
	h.same(got.Created, start.Add(2*time.Hour))
}
