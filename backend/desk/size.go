package desk

import (
	"context"
	"encoding/json"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"signalbox/backend/node"
)

// The smallest size that every screen fits into, and the size of the first window.
const (
	MinWidth, MinHeight     = 800, 560
	firstWidth, firstHeight = 1440, 900
)

// A Size is the window's size, in the units of the desktop.
type Size struct {
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
}

// FirstSize returns the size of the first window.
func FirstSize() Size { return Size{Width: firstWidth, Height: firstHeight} }

// LastSize returns the size that SaveSize stored, else FirstSize.
func LastSize(ctx context.Context, n *node.Node) Size {
	s := FirstSize()
	if text, err := n.WindowValue(ctx, "frame"); err == nil && text != "" {
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			s = FirstSize()
		}
	}
	s.Width, s.Height = max(s.Width, MinWidth), max(s.Height, MinHeight)
	return s
}

// SaveSize stores the size of the window for the next start. If the window is
// maximised, it stores that, and keeps the stored width and height. ctx must be
// the context of a callback of Wails.
func SaveSize(ctx context.Context, n *node.Node) error {
	s := LastSize(ctx, n)
	s.Maximised = runtime.WindowIsMaximised(ctx)
	if !s.Maximised {
		s.Width, s.Height = runtime.WindowGetSize(ctx)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return n.SetWindowValue(ctx, "frame", string(text))
}
