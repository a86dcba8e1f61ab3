//go:build !desktop && !bindings

package main

import (
	"context"

	"signalbox/backend/node"
)

// openWindow is nil: this program is built without a window.
var openWindow func(context.Context, node.Options) error
