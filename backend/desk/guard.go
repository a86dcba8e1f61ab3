package desk

import (
	"log/slog"
	"runtime/debug"

	"signalbox/backend/live"
)

// Guard turns a panic in a bound method into its error. Without it the
// promise on the other side never settles: Wails logs the panic and forgets
// the call. Use it as: defer desk.Guard(&err).
func Guard(err *error) {
	if r := recover(); r != nil {
		slog.Error("bound method", "panic", r, "stack", string(debug.Stack()))
		*err = live.Errorf("internal", "Something went wrong inside Signalbox: %v.", r)
	}
}
