// Command apitypes writes frontend/src/bridge/types.ts: the types of the HTTP API,
// from the structs that Go encodes. Run it with go generate ./build/apitypes, or
// with `make types`. A test refuses a file that is not what the structs say.
//
// It reads the source rather than values: the structs are not exported, and their
// comments belong into the file.
package main

import (
	"fmt"
	"os"
)

//go:generate go run . ../../frontend/src/bridge/types.ts

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: apitypes FILE")
		os.Exit(2)
	}
	text, err := generate()
	if err == nil {
		err = os.WriteFile(os.Args[1], text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "apitypes:", err)
		os.Exit(1)
	}
}
