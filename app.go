package main

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"signalbox/backend/desk"
	"signalbox/backend/live"
)

// App is what the window's page can call: only what a desktop can do and a
// browser cannot.
type App struct{ ctx context.Context }

// OpenURL opens a web address in the user's browser.
func (a *App) OpenURL(url string) (err error) {
	defer desk.Guard(&err)
	if err := live.CheckURL(url); err != nil {
		return err
	}
	runtime.BrowserOpenURL(a.ctx, url)
	return nil
}

// Copy puts text on the clipboard.
func (a *App) Copy(text string) (err error) {
	defer desk.Guard(&err)
	return runtime.ClipboardSetText(a.ctx, text)
}

// ChooseFolder asks for a folder, starting in one. It returns "" where the
// user thought better of it.
func (a *App) ChooseFolder(title, from string) (dir string, err error) {
	defer desk.Guard(&err)
	return runtime.OpenDirectoryDialog(a.ctx, runtime.OpenDialogOptions{
		Title: title, DefaultDirectory: from, CanCreateDirectories: true,
	})
}

// Quit closes the window and ends the program.
func (a *App) Quit() (err error) {
	defer desk.Guard(&err)
	runtime.Quit(a.ctx)
	return nil
}
