//go:build bindings

package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

// main writes frontend/wailsjs: with the tag bindings, wails.Run writes the
// bindings of the methods of App and returns.
func main() {
	err := wails.Run(&options.App{
		Title:       "Signalbox",
		Bind:        []any{&App{}},
		AssetServer: &assetserver.Options{Handler: http.NotFoundHandler()},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "write frontend/wailsjs:", err)
		os.Exit(1)
	}
}
