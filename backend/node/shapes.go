package node

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/shape"
	"signalbox/backend/sqlite/installation"
)

// newShapes returns the watch that notices changes in the shape of messages.
func (n *Node) newShapes() *shape.Watch {
	choice := &shapeChoice{settings: n.settings}
	return shape.New(n.journal, shape.Options{Store: shapeStore{n.installation}, Watched: choice.watched, Log: n.log})
}

// shapeStore stores what the watch knows.
type shapeStore struct{ store *installation.Store }

func (s shapeStore) Load(ctx context.Context) (string, error) {
	text, _, err := s.store.Setting(ctx, "shapes")
	return text, err
}

func (s shapeStore) Save(ctx context.Context, text string) error {
	return s.store.PutSetting(ctx, "shapes", text)
}

// A shapeChoice knows which sources are watched. Unless the user has chosen, these
// are the feeds: what a channel has comes from the user's own programs.
type shapeChoice struct {
	settings *settings
	read     time.Time
	chosen   map[string]bool // by the id of the source
}

// watched is called by one goroutine.
func (c *shapeChoice) watched(src live.Source) bool {
	if time.Since(c.read) > 5*time.Second {
		c.read = time.Now()
		var layout struct {
			Shapes map[string]bool `json:"shapes"`
		}
		if text, err := c.settings.Layout(context.Background()); err == nil && json.Unmarshal(text, &layout) == nil {
			c.chosen = layout.Shapes
		}
	}
	if on, ok := c.chosen[strconv.FormatInt(src.ID, 10)]; ok {
		return on
	}
	return src.Kind == live.FeedSource
}
