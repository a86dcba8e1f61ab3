package example

import (
	"context"
	"errors"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// colours are the colours of the examples' channels, as indexes into the list of
// frontend/src/ui/colours.ts.
var colours = map[string]int{"messages": 6, "clock": 5, "chat": 2, "reliable": 1, "sequence": 4, "device": 3}

// Colour returns the colour of the channel of an example, as an index into the
// list of frontend/src/ui/colours.ts.
func Colour(channel string) int { return colours[channel] }

// pageChannels are the channels that each page needs.
var pageChannels = map[string][]string{
	"messages.html": {"messages"},
	"clock.html":    {"clock"},
	"chat.html":     {"chat"},
	"reliable.html": {"reliable"},
	"device.html":   {"sequence", "device"},
}

// A ChannelName returns the name of the channel that an example publishes to, and
// false while there is no such channel. The name changes if the user renames a
// channel of the samples.
type ChannelName func() (name string, ok bool)

// fixedName returns a ChannelName that always returns name.
func fixedName(name string) ChannelName { return func() (string, bool) { return name, true } }

// errNoChannel means that a channel does not exist: it was removed, or a feed has
// its name.
var errNoChannel = errors.New("the channel does not exist")

// ensureChannel returns a channel of the pages. It creates the channel if that
// does not exist.
func (e *Examples) ensureChannel(ctx context.Context, name string) (live.Source, error) {
	return e.publisher.Channel(ctx, live.Source{Name: name, Colour: colours[name]})
}

// Emit publishes an event to an existing channel. It returns when the event is
// committed, together with the marks. It creates no channel: background work
// must not create a channel again that the user removed.
func (e *Examples) Emit(ctx context.Context, channel ChannelName, d live.Draft, marks ...live.Mark) error {
	name, ok := channel()
	if !ok {
		return errNoChannel
	}
	if s, ok := e.journal.Source(name); !ok || s.Kind != live.ChannelSource {
		return errNoChannel
	}
	_, err := e.publisher.Emit(ctx, name, d, marks...)
	return err
}

// wireID returns the id of a message as a subscriber reads it.
func (e *Examples) wireID(m *live.Message) string {
	if id := wire.ChosenID(e.journal.Epoch(), m); id != "" {
		return id
	}
	return live.Position{Epoch: e.journal.Epoch(), Number: m.Number}.String()
}
