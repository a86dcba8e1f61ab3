//go:build desktop && !bindings

package main

import (
	"context"
	_ "embed"
	"errors"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"signalbox/backend/desk"
	"signalbox/backend/live"
	"signalbox/backend/node"
)

//go:embed build/appicon.png
var icon []byte

//go:embed frontend/src/lib/texts.zh.json
var chinese []byte

// openingDelay is the time after which the window shows the progress of opening
// the history. Most histories open sooner, without a page that only flashes.
const openingDelay = time.Second

// settled is the time after which the window has drawn its first page. What
// opening the history took is given back then.
const settled = 5 * time.Second

// openWindow opens the node and its window, and closes both.
func openWindow(ctx context.Context, opt node.Options) error {
	migration := &desk.MigrationPage{Chinese: chinese}
	opt.Progress = migration.Progress
	openCtx, stopOpening := context.WithCancel(ctx)
	defer stopOpening()
	opened := make(chan openResult, 1) // a buffer, so that Open can end after the window
	go func() {
		n, err := node.Open(openCtx, opt)
		opened <- openResult{n, err}
	}()
	// Not cancelled by ctx: the window closes first, then the node.
	nodeCtx, stopNode := context.WithCancel(context.WithoutCancel(ctx))
	defer stopNode()
	r := &runner{ctx: nodeCtx, ended: make(chan error, 1)} // a buffer, so that Run can end after the window
	size, look, page, err := firstPage(ctx, r, opened, migration)
	if errors.Is(err, &live.Error{Code: "in_use"}) && desk.Raise(opt.Folder()) {
		return nil
	}
	if err != nil {
		showStartError(err)
		return err
	}
	startState := options.Normal
	if size.Maximised {
		startState = options.Maximised
	}
	var raising sync.Once
	stopRaising := func() {}
	// The page that calls it was answered by the node.
	app := &App{zoom: &pageZoom{r}, dashboard: func() http.Handler { return r.node.Load().Window() }}
	endedEarly := false
	windowErr := showWindow(app, look, &options.App{
		Width: size.Width, Height: size.Height, MinWidth: desk.MinWidth, MinHeight: desk.MinHeight,
		WindowStartState: startState,
		AssetServer:      &assetserver.Options{Handler: page},
		OnStartup:        func(context.Context) { endedEarly = ctx.Err() != nil },
		OnDomReady: func(windowCtx context.Context) {
			if n := r.node.Load(); n != nil { // not the migration page
				desk.SetZoom(desk.LastZoom(windowCtx, n))
				raising.Do(func() {
					stopRaising = listenForRaise(windowCtx, opt)
					time.AfterFunc(settled, debug.FreeOSMemory)
				})
			}
			// Wails quits at Ctrl+C and SIGTERM itself, and crashes if it is told to
			// quit twice. Only a signal from before its start is left to do.
			if endedEarly {
				runtime.Quit(windowCtx)
			}
		},
		OnBeforeClose: func(windowCtx context.Context) bool {
			app.closing.Store(true)
			// Wails calls this twice. On the first call GTK may report an outdated
			// size.
			if n := r.node.Load(); n != nil {
				if err := desk.SaveSize(windowCtx, n); err != nil {
					opt.Log.Warn("store the size of the window", "err", err)
				}
			}
			return false
		},
	})
	stopRaising()
	stopOpening()
	stopNode()
	if err := <-r.ended; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return windowErr
}

// listenForRaise raises the window when the program is started again. The returned
// function ends that.
func listenForRaise(windowCtx context.Context, opt node.Options) (stop func()) {
	stop, err := desk.ListenForRaise(opt.Folder(), func() {
		runtime.WindowShow(windowCtx)
		runtime.WindowUnminimise(windowCtx) // presents it, also if it is not minimised
	})
	if err != nil {
		opt.Log.Warn("a second start cannot raise the window", "err", err)
		return func() {}
	}
	return stop
}

// A pageZoom is the zoom of the window's page.
type pageZoom struct{ r *runner }

// Get returns the zoom in percent.
func (z *pageZoom) Get() int {
	if n := z.r.node.Load(); n != nil {
		return desk.LastZoom(z.r.ctx, n)
	}
	return 100
}

// Set sets the zoom, and stores it.
func (z *pageZoom) Set(percent int) error {
	percent = min(max(percent, desk.MinZoom), desk.MaxZoom)
	desk.SetZoom(percent)
	if n := z.r.node.Load(); n != nil {
		return desk.SaveZoom(z.r.ctx, n, percent)
	}
	return nil
}

// An openResult is the result of node.Open.
type openResult struct {
	node *node.Node
	err  error
}

// A runner runs the node once it is open.
type runner struct {
	ctx   context.Context
	node  atomic.Pointer[node.Node] // nil until the node is open
	ended chan error                // gets the error of Open or of Run
}

// start starts to run an opened node.
func (r *runner) start(o openResult) {
	if o.err != nil {
		r.ended <- o.err
		return
	}
	r.node.Store(o.node)
	go func() { r.ended <- o.node.Run(r.ctx) }()
}

// firstPage waits for the opened node and returns the window's size, its look
// ("light" or "dark") and the dashboard. After openingDelay it waits no longer and returns the migration page,
// which the dashboard replaces when the node is open.
func firstPage(ctx context.Context, r *runner, opened <-chan openResult, migration *desk.MigrationPage) (_ desk.Size, look string, _ http.Handler, _ error) {
	select {
	case o := <-opened:
		if o.err != nil {
			return desk.Size{}, "", nil, o.err
		}
		size, look := desk.LastSize(ctx, o.node), o.node.Look(ctx)
		r.start(o)
		return size, look, o.node.Window(), nil
	case <-time.After(openingDelay):
		go func() {
			o := <-opened
			r.start(o)
			if o.err != nil {
				migration.Finish(nil, o.err)
			} else {
				migration.Finish(o.node.Window(), nil)
			}
		}()
		return desk.FirstSize(), "dark", migration, nil
	}
}

// showStartError shows the error of a start in a window if a desktop's menu has
// started the program: the user does not see standard error then.
func showStartError(err error) {
	if os.Getenv("GIO_LAUNCHED_DESKTOP_FILE") == "" {
		return
	}
	// The caller returns err; an error of this window adds nothing.
	_ = showWindow(&App{}, "dark", &options.App{Width: 720, Height: 400, AssetServer: &assetserver.Options{Handler: desk.StartError(err, chinese)}})
}

// showWindow shows a window and returns when it is closed. It adds the options
// that all windows of the program share.
func showWindow(app *App, look string, o *options.App) error {
	o.Title = "Signalbox"
	o.Bind = []any{app}
	o.BackgroundColour = options.NewRGB(12, 14, 18) // --bg: no flash of another colour before the first paint
	if look == "light" {
		o.BackgroundColour = options.NewRGB(255, 255, 255)
	}
	o.Logger, o.LogLevel, o.LogLevelProduction = nil, logger.ERROR, logger.ERROR
	desk.PlainGraphics()
	o.EnableDefaultContextMenu = true // Wails' scripts hide it except on text: cut, copy, paste
	o.Windows = &windows.Options{IsZoomControlEnabled: true}
	started := o.OnStartup
	o.OnStartup = func(windowCtx context.Context) {
		app.ctx = windowCtx
		if started != nil {
			started(windowCtx)
		}
	}
	o.Linux = &linux.Options{
		Icon: icon, ProgramName: "signalbox",
		// Text needs no hardware compositing, which costs memory on a machine
		// without a graphics card.
		WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
	}
	return wails.Run(o)
}
