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
	return e.pub.Channel(ctx, live.Source{Name: name, Colour: colours[name]})
}

// publish publishes an event to a channel and returns when it is committed,
// together with the marks.
func (e *Examples) publish(ctx context.Context, channel string, d live.Draft, marks ...live.Mark) error {
	if _, err := e.channel(ctx, channel); err != nil {
		return err
	}
	_, err := e.pub.Publish(ctx, channel, d, marks...)
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
