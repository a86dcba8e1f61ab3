package desk

import (
	"context"
	"strconv"

	"signalbox/backend/node"
)

// The smallest and the largest zoom of the window's page, in percent.
const (
	MinZoom, MaxZoom = 75, 200
	firstZoom        = 100
)

// LastZoom returns the zoom that SaveZoom stored, in percent, else 100.
func LastZoom(ctx context.Context, n *node.Node) int {
	text, err := n.WindowValue(ctx, "zoom")
	if err != nil {
		return firstZoom
	}
	percent, err := strconv.Atoi(text)
	if err != nil {
		return firstZoom
	}
	return min(max(percent, MinZoom), MaxZoom)
}

// SaveZoom stores the zoom for the next start.
func SaveZoom(ctx context.Context, n *node.Node, percent int) error {
	return n.SetWindowValue(ctx, "zoom", strconv.Itoa(percent))
}
