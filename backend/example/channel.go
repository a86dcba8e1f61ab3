package example

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"signalbox/backend/live"
)

// colours are those of the examples' channels in the palette.
var colours = map[string]int{"messages": 6, "clock": 5, "chat": 2, "reliable": 1, "sequence": 4, "device": 3}

// opens says which channels a page needs.
var opens = map[string][]string{
	"messages.html": {"messages"},
	"clock.html":    {"clock"},
	"chat.html":     {"chat"},
	"reliable.html": {"reliable"},
	"device.html":   {"sequence", "device"},
}

// A channel is the name of the channel that a part of the examples publishes
// to, and whether there is one now.
type channel func() (name string, ok bool)

// named is the channel of a page, which always has the same name.
func named(name string) channel { return func() (string, bool) { return name, true } }

// errNoChannel says that a channel is not there: it was removed, or a feed has
// its name.
var errNoChannel = errors.New("the channel is not there")

// channel returns a channel of the examples, and adds it where there is none:
// when a page is opened, or something is asked of it.
func (e *Examples) channel(ctx context.Context, name string) (live.Source, error) {
	return e.pub.Channel(ctx, live.Source{Name: name, Colour: colours[name]})
}

// publish publishes an event to a channel that is there and returns when it is
// committed, together with the marks. It makes no channel: what was under way
// when somebody removed one must not bring it back.
func (e *Examples) publish(ctx context.Context, to channel, d live.Draft, marks ...live.Mark) error {
	name, ok := to()
	if !ok {
		return errNoChannel
	}
	if s, ok := e.j.Source(name); !ok || s.Kind != live.ChannelSource {
		return errNoChannel
	}
	_, err := e.pub.Emit(ctx, name, d, marks...)
	return err
}

// text returns v as JSON on one line, with < and & as they are.
func text(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only types of this package come here
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// wireID returns the id that a subscriber reads.
func (e *Examples) wireID(m *live.Message) string {
	if m.ID != "" {
		return m.ID
	}
	return live.Position{Epoch: e.j.Epoch(), Number: m.Number}.String()
}
