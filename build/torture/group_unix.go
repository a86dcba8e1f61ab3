//go:build unix

package main

import "syscall"

// ownGroup keeps Ctrl+C from the instances: torture ends them itself.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
