//go:build desktop && !bindings

package main

import (
	"context"
	_ "embed"
	"errors"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	wailsrun "github.com/wailsapp/wails/v2/pkg/runtime"

	"signalbox/backend/desk"
	"signalbox/backend/node"
)

//go:embed build/appicon.png
var icon []byte

// openingDelay is how long a history may take to open before the window shows
// its progress. Most open sooner, and a page that flashes by helps nobody.
const openingDelay = time.Second

// window opens the node and its window, and closes both.
func window(ctx context.Context, opt node.Options) error {
	opening := &desk.Opening{}
	opt.Progress = opening.Progress
	opened := make(chan result, 1) // so that Open can end after the window did
	openCtx, stopOpening := context.WithCancel(ctx)
	defer stopOpening()
	go func() {
		n, err := node.Open(openCtx, opt)
		opened <- result{n, err}
	}()
	size := desk.FirstSize()
	var page http.Handler = opening
	var running atomic.Pointer[node.Node] // nil until it is opened
	ended := make(chan error, 1)          // so that Run can end after the window did
	// Not ended by ctx: the window closes first, and then the node.
	nodeCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	start := func(r result) {
		if r.err != nil {
			ended <- r.err
			return
		}
		running.Store(r.node)
		go func() { ended <- r.node.Run(nodeCtx) }()
	}
	select {
	case r := <-opened:
		if r.err != nil {
			// Nobody reads standard error when a desktop's menu has started the
			// program.
			if os.Getenv("GIO_LAUNCHED_DESKTOP_FILE") != "" {
				run(&App{}, &options.App{Width: 720, Height: 400, AssetServer: &assetserver.Options{Handler: desk.StartError(r.err)}})
			}
			return r.err
		}
		size, page = desk.LastSize(ctx, r.node), r.node.Window()
		start(r)
	case <-time.After(openingDelay):
		go func() {
			r := <-opened
			start(r)
			if r.err != nil {
				opening.Finish(nil, r.err)
			} else {
				opening.Finish(r.node.Window(), nil)
			}
		}()
	}
	state := options.Normal
	if size.Maximised {
		state = options.Maximised
	}
	shown := run(&App{}, &options.App{
		Width: size.Width, Height: size.Height, MinWidth: desk.MinWidth, MinHeight: desk.MinHeight,
		WindowStartState: state,
		AssetServer:      &assetserver.Options{Handler: page},
		OnDomReady: func(wails context.Context) {
			context.AfterFunc(ctx, func() { wailsrun.Quit(wails) }) // Ctrl+C, SIGTERM
		},
		OnBeforeClose: func(wails context.Context) bool {
			// Wails calls this twice. GTK may report the size before the user's
			// last change at first; the second call corrects it.
			if n := running.Load(); n != nil {
				if err := desk.SaveSize(wails, n); err != nil {
					opt.Log.Warn("remember the window's size", "err", err)
				}
			}
			return false
		},
	})
	stopOpening()
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return shown
}

// A result is what node.Open returned.
type result struct {
	node *node.Node
	err  error
}

// run shows a window and returns when it is closed. It adds the options that
// every window of the program shares.
func run(app *App, o *options.App) error {
	o.Title = "Signalbox"
	o.Bind = []any{app}
	o.BackgroundColour = options.NewRGB(12, 14, 18) // --bg: no white flash before the first paint
	o.Logger, o.LogLevel, o.LogLevelProduction = nil, logger.ERROR, logger.ERROR
	desk.PlainGraphics()
	o.OnStartup = func(wails context.Context) { app.ctx = wails }
	o.Linux = &linux.Options{
		Icon: icon, ProgramName: "signalbox",
		// Hardware compositing does nothing for text and takes 75 MB where there
		// is no graphics card.
		WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
	}
	return wails.Run(o)
}
