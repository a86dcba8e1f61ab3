package bookmarks

import (
	"net/http"
	"strconv"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/wire"
)

// Bookmarks answers the requests for bookmarks.
type Bookmarks struct {
	journal *journal.Journal
	bodies  *httpapi.Bodies
	changed func()
}

// New returns Bookmarks. It calls changed after each change.
func New(j *journal.Journal, bodies *httpapi.Bodies, changed func()) *Bookmarks {
	return &Bookmarks{j, bodies, changed}
}

// List answers GET /api/bookmarks with a page of bookmarks, in the order
// of their messages.
func (b *Bookmarks) List(w http.ResponseWriter, r *http.Request) error {
	params, err := httpapi.Query(r)
	if err != nil {
		return err
	}
	q := live.BookmarkQuery{Newest: !params.Has("after")}
	for _, name := range params["source"] {
		src, ok := b.journal.Source(name)
		if !ok {
			return live.Errorf("not_found/source_name", `There is no source called "{name}".`, "name", name).WithField("source")
		}
		q.Sources = append(q.Sources, src.ID)
	}
	if q.After, err = httpapi.Position(b.journal.Epoch(), "after", params.Get("after")); err != nil {
		return err
	}
	if q.Before, err = httpapi.Position(b.journal.Epoch(), "before", params.Get("before")); err != nil {
		return err
	}
	if q.Limit, err = httpapi.Limit(params, 100, 1000); err != nil {
		return err
	}
	page, err := b.journal.Bookmarks(r.Context(), q)
	if err != nil {
		return err
	}
	text, first := []byte(`{"bookmarks":[`), true
	for i := range page.Bookmarks {
		src, ok := b.journal.SourceByID(page.Bookmarks[i].Message.Source)
		if !ok || !src.Removed.IsZero() {
			continue
		}
		if !first {
			text = append(text, ',')
		}
		first = false
		text = b.append(text, src.Name, &page.Bookmarks[i])
	}
	text = append(text, `],"more":`...)
	text = strconv.AppendBool(text, page.More)
	if n := len(page.Bookmarks); n > 0 {
		text = append(text, `,"from":"`...)
		text = live.Position{Epoch: b.journal.Epoch(), Number: page.Bookmarks[0].Message.Number}.AppendTo(text)
		text = append(text, `","to":"`...)
		text = live.Position{Epoch: b.journal.Epoch(), Number: page.Bookmarks[n-1].Message.Number}.AppendTo(text)
		text = append(text, '"')
	}
	httpapi.WriteEncoded(w, http.StatusOK, append(text, "}\n"...))
	return nil
}

// Put answers PUT /api/bookmarks/{position}: it marks a message, or
// changes the comment.
func (b *Bookmarks) Put(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Comment string `json:"comment"`
	}
	if err := b.bodies.ReadObject(w, r, &body); err != nil {
		return err
	}
	return b.change(w, r, func(number int64) error { return b.journal.PutBookmark(r.Context(), number, body.Comment) })
}

// Remove answers DELETE /api/bookmarks/{position}.
func (b *Bookmarks) Remove(w http.ResponseWriter, r *http.Request) error {
	number, err := httpapi.Position(b.journal.Epoch(), "position", r.PathValue("position"))
	if err != nil {
		return err
	}
	if err := b.journal.RemoveBookmark(r.Context(), number); err != nil {
		return err
	}
	b.changed()
	return httpapi.WriteNothing(w)
}

// Restore answers POST /api/bookmarks/{position}/restore: it undoes a
// removal.
func (b *Bookmarks) Restore(w http.ResponseWriter, r *http.Request) error {
	return b.change(w, r, func(number int64) error { return b.journal.RestoreBookmark(r.Context(), number) })
}

// change answers with the bookmark after a change.
func (b *Bookmarks) change(w http.ResponseWriter, r *http.Request, change func(number int64) error) error {
	number, err := httpapi.Position(b.journal.Epoch(), "position", r.PathValue("position"))
	if err != nil {
		return err
	}
	if err := change(number); err != nil {
		return err
	}
	b.changed()
	mark, _, err := b.journal.Bookmark(r.Context(), number)
	if err != nil {
		return err
	}
	src, ok := b.journal.SourceByID(mark.Message.Source)
	if !ok || !src.Removed.IsZero() {
		return live.Errorf("not_found/source_removed", "The source of this message was removed.")
	}
	httpapi.WriteEncoded(w, http.StatusOK, append(b.append(nil, src.Name, &mark), '\n'))
	return nil
}

func (b *Bookmarks) append(text []byte, source string, mark *live.Bookmark) []byte {
	text = append(text, `{"message":`...)
	text = wire.AppendJSON(text, b.journal.Epoch(), source, &mark.Message, mark.Size)
	text = append(text, `,"comment":`...)
	text = wire.AppendString(text, mark.Comment)
	text = append(text, `,"created":`...)
	text = wire.AppendTime(text, mark.Created)
	text = append(text, `,"changed":`...)
	text = wire.AppendTime(text, mark.Changed)
	if mark.Gone {
		text = append(text, `,"gone":true`...)
	}
	return append(text, '}')
}
