//go:build !linux

package main

import "errors"

func mount(string, int) error { return errors.New("only on Linux") }
