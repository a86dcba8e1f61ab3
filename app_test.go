//go:build desktop && !bindings

package main

import (
	"errors"
	"testing"

	"signalbox/backend/live"
)

func TestAPanicInAMethodOfTheWindowIsItsError(t *testing.T) {
	method := func() (err error) {
		defer recovered(&err)
		panic("a nil map")
	}
	if e, ok := errors.AsType[*live.Error](method()); !ok || e.Code != "internal" {
		t.Errorf("%v", method())
	}
}
