package console

import (
	"net/http"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// A channelBody is a channel as the dialog sends it.
type channelBody struct {
	Name   string    `json:"name"`
	Colour int       `json:"colour"`
	Keep   live.Keep `json:"keep"`
}

// readChannel reads a channel's settings. Limits that the body does not name
// stay.
func (c *Console) readChannel(w http.ResponseWriter, r *http.Request, limits live.Keep) (b channelBody, err error) {
	b.Keep = limits
	if err := c.bodies.ReadObject(w, r, &b); err != nil {
		return b, err
	}
	if b.Colour < 0 || b.Colour > live.Colours {
		return b, live.Errorf("bad_colour", "A colour is a number from 1 to {max}.", "max", live.Colours).WithField("colour")
	}
	return b, nil
}

// AddChannel answers POST /api/channels.
func (c *Console) AddChannel(w http.ResponseWriter, r *http.Request) error {
	b, err := c.readChannel(w, r, live.Keep{})
	if err != nil {
		return err
	}
	src, err := c.journal.AddSource(r.Context(), live.Source{Name: b.Name, Colour: b.Colour, Kind: live.ChannelSource, Keep: b.Keep})
	if err != nil {
		return err
	}
	c.sourcesChanged()
	return c.writeSource(w, http.StatusCreated, src, nil)
}

// ChangeChannel answers PUT /api/channels/{name}.
func (c *Console) ChangeChannel(w http.ResponseWriter, r *http.Request) error {
	src, err := c.channel(r)
	if err != nil {
		return err
	}
	b, err := c.readChannel(w, r, src.Keep)
	if err != nil {
		return err
	}
	if b.Name != "" {
		src.Name = b.Name
	}
	if b.Colour != 0 {
		src.Colour = b.Colour
	}
	src.Keep = b.Keep
	if src, err = c.journal.ChangeSource(r.Context(), src); err != nil {
		return err
	}
	c.sourcesChanged()
	return c.writeSource(w, http.StatusOK, src, nil)
}

// RemoveChannel answers DELETE /api/channels/{name}.
func (c *Console) RemoveChannel(w http.ResponseWriter, r *http.Request) error {
	src, err := c.channel(r)
	if err != nil {
		return err
	}
	if err := c.journal.RemoveSource(r.Context(), src.ID); err != nil {
		return err
	}
	c.sourcesChanged()
	return httpapi.WriteNothing(w)
}

// channel looks up the channel that the request's path names.
func (c *Console) channel(r *http.Request) (live.Source, error) {
	name := r.PathValue("name")
	src, ok := c.journal.Source(name)
	if !ok || src.Kind != live.ChannelSource {
		return live.Source{}, live.Errorf("not_found/channel", `There is no channel called "{name}".`, "name", name)
	}
	return src, nil
}

// RestoreSource answers POST /api/sources/{name}/restore: it undoes the removal
// of a channel or a feed. The body names the source by its id, because another
// may have its name by now.
func (c *Console) RestoreSource(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		ID int64 `json:"id"`
	}
	if err := c.bodies.ReadObject(w, r, &b); err != nil {
		return err
	}
	src, ok := c.journal.SourceByID(b.ID)
	if !ok {
		return live.Errorf("not_found/restore", `It is too late to restore "{name}".`, "name", r.PathValue("name")).WithField("id").
			WithHint("A removed source is kept for ten minutes.")
	}
	defer c.sourcesChanged()
	if src.Kind == live.FeedSource {
		f, err := c.feeds.Restore(r.Context(), b.ID)
		if err != nil {
			return err
		}
		return c.writeSource(w, http.StatusOK, f.Source, &f)
	}
	src, err := c.journal.RestoreSource(r.Context(), b.ID)
	if err != nil {
		return err
	}
	return c.writeSource(w, http.StatusOK, src, nil)
}

// A removedView is a source that was removed and can be restored.
type removedView struct {
	ID       int64           `json:"id"`
	Name     string          `json:"name"`
	Kind     live.SourceKind `json:"kind"`
	Colour   int             `json:"colour"`
	Messages int64           `json:"messages"`
	Bytes    int64           `json:"bytes"`
	Removed  time.Time       `json:"removed"`
	Until    time.Time       `json:"until"` // then its messages are deleted
}

// RemovedSources answers GET /api/removed with the sources that can be restored,
// the last removed first.
func (c *Console) RemovedSources(w http.ResponseWriter, r *http.Request) error {
	views := []removedView{}
	for _, src := range c.journal.RemovedSources() {
		t := c.journal.Tally(src.ID)
		views = append(views, removedView{
			ID: src.ID, Name: src.Name, Kind: src.Kind, Colour: src.Colour, Messages: t.Kept, Bytes: t.Bytes,
			Removed: apiTime(src.Removed), Until: apiTime(src.Removed.Add(journal.RestoreTime)),
		})
	}
	return httpapi.WriteJSON(w, http.StatusOK, map[string]any{"removed": views})
}

// MarkSeen answers POST /api/sources/{name}/seen: nothing of the source is unread
// from now on.
func (c *Console) MarkSeen(w http.ResponseWriter, r *http.Request) error {
	src, ok := c.journal.Source(r.PathValue("name"))
	if !ok {
		return live.Errorf("not_found/source_name", `There is no source called "{name}".`, "name", r.PathValue("name"))
	}
	if err := c.journal.SetSeen(r.Context(), src.ID); err != nil {
		return err
	}
	c.Changed()
	return httpapi.WriteNothing(w)
}

// MarkAllSeen answers POST /api/seen: nothing is unread from now on.
func (c *Console) MarkAllSeen(w http.ResponseWriter, r *http.Request) error {
	for _, src := range c.journal.Sources() {
		if t := c.journal.Tally(src.ID); t.Seen == t.Appended {
			continue
		}
		if err := c.journal.SetSeen(r.Context(), src.ID); err != nil {
			return err
		}
	}
	c.Changed()
	return httpapi.WriteNothing(w)
}
