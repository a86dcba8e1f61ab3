package desk

import (
	"context"
	"encoding/json"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"signalbox/backend/node"
)

// The smallest window that every screen fits in, and the first one.
const (
	MinWidth, MinHeight     = 800, 560
	firstWidth, firstHeight = 1440, 900
)

// A Frame is the window's size as it was left.
type Frame struct {
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
}

// FirstFrame returns the size of the first window.
func FirstFrame() Frame { return Frame{Width: firstWidth, Height: firstHeight} }

// LastFrame returns the window's size at the end of the last run, or the first
// one.
func LastFrame(ctx context.Context, n *node.Node) Frame {
	f := FirstFrame()
	if text, err := n.WindowValue(ctx, "frame"); err == nil && text != "" {
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			f = FirstFrame()
		}
	}
	f.Width, f.Height = max(f.Width, MinWidth), max(f.Height, MinHeight)
	return f
}

// KeepFrame remembers the window's size. ctx is the one that Wails hands out.
// A maximised window keeps the size that it had before.
func KeepFrame(ctx context.Context, n *node.Node) error {
	f := LastFrame(ctx, n)
	f.Maximised = runtime.WindowIsMaximised(ctx)
	if !f.Maximised {
		f.Width, f.Height = runtime.WindowGetSize(ctx)
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return n.SetWindowValue(ctx, "frame", string(text))
}
