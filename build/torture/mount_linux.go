package main

import (
	"fmt"
	"syscall"
)

// mount mounts a disk in memory, of the given size in MiB.
func mount(folder string, mib int) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%dm", mib))
}
