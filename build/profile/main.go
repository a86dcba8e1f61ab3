// Command profile is Signalbox without a window and with a CPU profile. It takes
// the arguments of signalbox and writes the profile to the file named by
// SIGNALBOX_PROFILE, from the start to the end of the program. Measure with it in
// place of the product to see where the time goes:
//
//	go build -o build/bin/profile ./build/profile
//	build/bin/speed -signalbox build/bin/profile -profile /tmp -only publish -rounds 1
//	go tool pprof -top build/bin/profile /tmp/signalbox.pprof
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"testing/fstest"

	"signalbox/backend/cli"
	"signalbox/backend/node"
)

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		code = 1
	}
	os.Exit(code)
}

func run() (code int, err error) {
	file, err := os.Create(os.Getenv("SIGNALBOX_PROFILE"))
	if err != nil {
		return 0, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return 0, err
	}
	code = cli.Main(cli.Program{
		Version: "profile", Assets: fstest.MapFS{},
		Window: func(context.Context, node.Options) error { return errors.New("there is no window") },
		Args:   os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	pprof.StopCPUProfile()
	return code, file.Close()
}
