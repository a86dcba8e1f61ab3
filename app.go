//go:build desktop || bindings

package main

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"signalbox/backend/desk"
	"signalbox/backend/live"
)

// App has the methods that the window's page can call, for what a browser cannot
// do.
type App struct {
	ctx     context.Context
	zoom    zoom
	closing atomic.Bool
	// dashboard answers the requests of the page.
	dashboard func() http.Handler
}

// A zoom is the scale of the window's page, in percent.
type zoom interface {
	Get() int
	Set(percent int) error
}

// OpenURL opens a web address in the user's browser.
func (a *App) OpenURL(url string) (err error) {
	defer recovered(&err)
	if err := live.CheckURL(url); err != nil {
		return err
	}
	runtime.BrowserOpenURL(a.ctx, url)
	return nil
}

// Copy puts text on the clipboard.
func (a *App) Copy(text string) (err error) {
	defer recovered(&err)
	return runtime.ClipboardSetText(a.ctx, text)
}

// SetTitle sets the title of the window, unless that is closing: GTK may have
// freed it already.
func (a *App) SetTitle(title string) (err error) {
	defer recovered(&err)
	if a.closing.Load() {
		return nil
	}
	runtime.WindowSetTitle(a.ctx, title)
	return nil
}

// ChooseFolder shows a dialog for choosing a folder. It starts in the folder
// from, and returns "" if the user cancels.
func (a *App) ChooseFolder(title, from string) (dir string, err error) {
	defer recovered(&err)
	return runtime.OpenDirectoryDialog(a.ctx, runtime.OpenDialogOptions{
		Title: title, DefaultDirectory: from, CanCreateDirectories: true,
	})
}

// SaveExport asks where to save an export, and writes it there: what GET /export
// answers with these parameters. It returns the file, or "" if the user cancels the
// dialog.
func (a *App) SaveExport(title, name, query string) (file string, err error) {
	defer recovered(&err)
	file, err = runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{Title: title, DefaultFilename: name, CanCreateDirectories: true})
	if err != nil || file == "" {
		return "", err
	}
	return file, desk.SaveExport(a.ctx, a.dashboard(), query, file)
}

// Zoom returns the scale of the page in percent.
func (a *App) Zoom() (percent int, err error) {
	defer recovered(&err)
	return a.zoom.Get(), nil
}

// SetZoom scales the page, from 75 to 200 percent, now and at the next starts.
func (a *App) SetZoom(percent int) (err error) {
	defer recovered(&err)
	return a.zoom.Set(percent)
}

// recovered turns a panic in a method of App into the method's error. Without
// it the page's promise never settles: Wails logs the panic and does not
// answer the call.
func recovered(err *error) {
	if r := recover(); r != nil {
		slog.Error("panic in a method of the window", "panic", r, "stack", string(debug.Stack()))
		*err = live.Errorf("internal/panic", "Something went wrong inside Signalbox: {reason}.", "reason", r)
	}
}
