//go:build unix

package main

import "syscall"

// ownGroup puts an instance into a process group of its own, so Ctrl+C does not
// reach it. torture stops it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
