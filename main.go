//go:build !bindings

// Signalbox is a desktop console for Server-Sent Events: it follows remote
// feeds, serves local channels, keeps every message in SQLite, and shows it
// all live.
//
// The build tags select the program:
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

	"signalbox/backend/cli"
)

//go:embed all:frontend/dist
var dist embed.FS

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = "dev"

func main() {
	assets, err := fs.Sub(dist, "frontend/dist")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	os.Exit(cli.Main(cli.Program{
		Version: version, Assets: assets, Window: openWindow,
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}
