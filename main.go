// Signalbox is a desktop console for Server-Sent Events: it follows remote
// feeds, serves local channels, keeps every message in SQLite, and shows it
// all live.
package main

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	wailsrun "github.com/wailsapp/wails/v2/pkg/runtime"

	"signalbox/backend/cli"
	"signalbox/backend/desk"
	"signalbox/backend/node"
)

//go:embed all:frontend/dist
var dist embed.FS

//go:embed build/appicon.png
var icon []byte

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
		panic(err) // the folder is embedded two lines above
	}
	os.Exit(cli.Main(cli.Program{
		Version: version, Assets: assets, Window: window,
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}

// patience is how long the window waits for the history before it says what
// takes so long.
const patience = time.Second

// window opens the node and its window, and closes both.
func window(ctx context.Context, opt node.Options) error {
	if desk.Bindings {
		return run(&App{}, &options.App{AssetServer: &assetserver.Options{Handler: http.NotFoundHandler()}})
	}
	opening := &desk.Opening{}
	opt.Progress = opening.Progress
	opened := make(chan result, 1) // so that Open can end after the window did
	opener, giveUp := context.WithCancel(ctx)
	defer giveUp()
	go func() {
		n, err := node.Open(opener, opt)
		opened <- result{n, err}
	}()
	frame := desk.FirstFrame()
	var page http.Handler = opening
	var running atomic.Pointer[node.Node] // nil until it is opened
	ended := make(chan error, 1)          // so that Run can end after the window did
	nodeCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	begin := func(r result) {
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
			// A start from a desktop's menu has nobody who reads standard error.
			if os.Getenv("GIO_LAUNCHED_DESKTOP_FILE") != "" {
				run(&App{}, &options.App{Width: 720, Height: 400, AssetServer: &assetserver.Options{Handler: desk.Trouble(r.err)}})
			}
			return r.err
		}
		frame, page = desk.LastFrame(ctx, r.node), r.node.Window()
		begin(r)
	case <-time.After(patience):
		go func() {
			r := <-opened
			begin(r)
			if r.err != nil {
				opening.Finish(nil, r.err)
			} else {
				opening.Finish(r.node.Window(), nil)
			}
		}()
	}
	state := options.Normal
	if frame.Maximised {
		state = options.Maximised
	}
	shown := run(&App{}, &options.App{
		Width: frame.Width, Height: frame.Height, MinWidth: desk.MinWidth, MinHeight: desk.MinHeight,
		WindowStartState: state,
		AssetServer:      &assetserver.Options{Handler: page},
		OnDomReady: func(wails context.Context) {
			context.AfterFunc(ctx, func() { wailsrun.Quit(wails) }) // Ctrl+C, SIGTERM
		},
		OnBeforeClose: func(wails context.Context) bool {
			// Wails asks twice. The second time GTK knows the size after a change
			// that came just before.
			if n := running.Load(); n != nil {
				if err := desk.KeepFrame(wails, n); err != nil {
					opt.Log.Warn("remember the window's size", "err", err)
				}
			}
			return false
		},
	})
	giveUp()
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return shown
}

// A result is what came of opening the node.
type result struct {
	node *node.Node
	err  error
}

// run shows a window with what all of them share, until it is closed.
func run(app *App, o *options.App) error {
	o.Title = "Signalbox"
	o.Bind = []any{app}
	o.BackgroundColour = options.NewRGB(12, 14, 18) // --bg: no white flash before the first paint
	o.Logger, o.LogLevel, o.LogLevelProduction = nil, logger.ERROR, logger.ERROR
	desk.PlainGraphics()
	started := o.OnStartup
	o.OnStartup = func(wails context.Context) {
		app.ctx = wails
		if started != nil {
			started(wails)
		}
	}
	o.Linux = &linux.Options{
		Icon: icon, ProgramName: "signalbox",
		// Hardware compositing buys nothing for text and costs 75 MB where there
		// is no graphics card.
		WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
	}
	return wails.Run(o)
}
