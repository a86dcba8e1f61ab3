//go:build !desktop && !bindings

package main

import (
	"context"

	"signalbox/backend/node"
)

// window is nil: this program is built without a window.
var window func(context.Context, node.Options) error
