package example

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// colours are those of the examples' channels, as indexes into the palette.
var colours = map[string]int{"messages": 6, "clock": 5, "chat": 2, "reliable": 1, "sequence": 4, "device": 3}

// Colour returns the colour of the channel of an example, as an index into the
// palette.
func Colour(channel string) int { return colours[channel] }

// pageChannels are the channels that a page needs.
var pageChannels = map[string][]string{
	"messages.html": {"messages"},
	"clock.html":    {"clock"},
	"chat.html":     {"chat"},
	"reliable.html": {"reliable"},
	"device.html":   {"sequence", "device"},
}

// A Channel returns the name of the channel that an example publishes to, and
// false while there is none.
type Channel func() (name string, ok bool)

// named returns the Channel of a page, which always has the same name.
func named(name string) Channel { return func() (string, bool) { return name, true } }

// errNoChannel means that a channel is not there: it was removed, or a feed has
// its name.
var errNoChannel = errors.New("the channel is not there")

// ensureChannel returns a channel of the pages and creates it where it does not
// exist.
func (e *Examples) ensureChannel(ctx context.Context, name string) (live.Source, error) {
	return e.pub.Channel(ctx, live.Source{Name: name, Colour: colours[name]})
}

// Publish publishes an event to an existing channel. It returns when the event
// is committed, together with the marks. It creates no channel: work in progress
// must not bring back a channel that somebody removes.
func (e *Examples) Publish(ctx context.Context, to Channel, d live.Draft, marks ...live.Mark) error {
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

// JSON returns v as JSON on one line. It leaves < and & as they are. v must be
// of a type that encoding/json takes.
func JSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// wireID returns the id of a message as a subscriber reads it.
func (e *Examples) wireID(m *live.Message) string {
	if id := wire.ChosenID(e.j.Epoch(), m); id != "" {
		return id
	}
	return live.Position{Epoch: e.j.Epoch(), Number: m.Number}.String()
}
