package example

import (
	"bytes"
	"context"
	"encoding/json"

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

// channel returns a channel of the examples, and adds it where there is none.
func (e *Examples) channel(ctx context.Context, name string) (live.Source, error) {
	s, ok := e.j.Source(name)
	if !ok {
		var err error
		s, err = e.j.AddSource(ctx, live.Source{Name: name, Kind: live.ChannelSource, Colour: colours[name]})
		if err != nil {
			// Somebody else may have been faster by a moment.
			if s, ok = e.j.Source(name); !ok {
				return live.Source{}, err
			}
		}
	}
	if s.Kind != live.ChannelSource {
		return live.Source{}, live.Errorf("name_taken", "This example publishes to a channel %q, but here that is a feed.", name).
			WithHint("Rename the feed, then load the page again.")
	}
	return s, nil
}

// publish appends an event to a channel and returns when it is committed.
func (e *Examples) publish(ctx context.Context, channel string, d live.Draft) error {
	s, err := e.channel(ctx, channel)
	if err != nil {
		return err
	}
	d.Source = s.ID
	_, err = e.j.Append(ctx, d)
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
