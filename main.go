//go:build !bindings

// Signalbox is a desktop console for Server-Sent Events: it follows remote
// feeds, serves local channels, keeps every message in SQLite, and shows it
// all live.
//
// The build tags decide what is built:
//
//   - desktop: the program with its window. It needs GTK and WebKit on Linux.
//   - none: the same program without a window. It needs a C compiler for
//     SQLite and nothing else.
//   - bindings: a program that writes frontend/wailsjs from the methods of App.
package main

import (
	"embed"
	"io/fs"
	"os"
	"runtime"

	"signalbox/backend/cli"
)

//go:embed all:frontend/dist
var dist embed.FS

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = "dev"

// waiting is how many threads may run Go beside one for each core. The writer
// sits in fsync most of the time and streams in writes: with none to spare,
// the scheduler takes their places away and gives them back thousands of times
// a second. Measured on two cores: a tenth more publishes, and half again as
// many deliveries to 1,000 clients.
const waiting = 2

func main() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + waiting)
	}
	assets, err := fs.Sub(dist, "frontend/dist")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	os.Exit(cli.Main(cli.Program{
		Version: version, Assets: assets, Window: window,
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}
