package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/alecthomas/kong"

	"signalbox/backend/live"
	"signalbox/backend/node"
)

// A Program is what the subcommands need from main.
type Program struct {
	Version string
	Assets  fs.FS
	// Window opens the window on a node's options and blocks until it is
	// closed.
	Window func(context.Context, node.Options) error

	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Now is the clock; nil is the system's. Tests move it.
	Now func() time.Time
}

type commands struct {
	Config string `help:"Configuration file (${default_config}). Its keys are the flags' names: addr = \"127.0.0.1:4480\"." placeholder:"FILE" env:"SIGNALBOX_CONFIG"`
	Log    string `help:"How much to log on standard error: error, warn, info or debug." enum:"error,warn,info,debug" default:"warn" env:"SIGNALBOX_LOG"`

	Window  windowCommand  `cmd:"" default:"withargs" help:"Open the window (what happens without a command)."`
	Serve   serveCommand   `cmd:"" help:"Serve without a window; the dashboard opens in a browser."`
	Publish publishCommand `cmd:"" help:"Publish a message to a channel of a running Signalbox."`
	Tail    tailCommand    `cmd:"" help:"Follow an SSE address, or a source of a running Signalbox."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

const description = `A console for Server-Sent Events: follows remote feeds, serves local channels, keeps every message, and shows it all live.

Examples:
  signalbox                                    open the window
  signalbox serve                              the same in a browser
  signalbox publish messages 'Hello'           publish to a channel
  date | signalbox publish clock               publish what comes from a pipe
  signalbox tail messages                      follow a channel
  signalbox tail https://example.org/events    follow any SSE address
  curl -N http://127.0.0.1:4480/events/messages`

// Main runs the program and returns its exit code: 0 when all went well, 1
// when it did not, 2 when the command line or the configuration is wrong.
func Main(p Program) int {
	var cmd commands
	parser, err := kong.New(&cmd,
		kong.Name("signalbox"), kong.Description(description), kong.UsageOnError(),
		kong.Writers(p.Stdout, p.Stderr), kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Vars{"default_config": configFile(), "default_data": dataFolder(), "version": p.Version},
	)
	if err != nil {
		fmt.Fprintln(p.Stderr, "signalbox:", err)
		return 2
	}
	code, exited := parse(parser, &cmd, &p)
	if exited {
		return code
	}
	return 0
}

// exit is what kong's Exit panics with, so that --help ends the parse without
// ending the process.
type exit int

func parse(parser *kong.Kong, cmd *commands, p *Program) (code int, exited bool) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exit:
			code, exited = int(r), true
		default:
			panic(r)
		}
	}()
	file, err := readConfig(configPath(p.Args))
	if err != nil {
		return p.fail(err, 2), true
	}
	kong.Resolvers(file).Apply(parser)
	kctx, err := parser.Parse(p.Args)
	if err != nil {
		return p.fail(usageError(parser, err), 2), true
	}
	ctx, stop := untilSignal(p.Stderr)
	defer stop()
	level := new(slog.LevelVar)
	level.UnmarshalText([]byte(cmd.Log))
	log := slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: level}))
	kctx.BindTo(ctx, (*context.Context)(nil))
	kctx.Bind(p, log)
	if err := kctx.Run(); err != nil {
		return p.fail(err, 1), true
	}
	return 0, false
}

// fail prints an error for a person.
func (p *Program) fail(err error, code int) int {
	if e, ok := errors.AsType[*live.Error](err); ok {
		fmt.Fprintln(p.Stderr, "signalbox:", e.Message)
		if e.Hint != "" {
			fmt.Fprintln(p.Stderr, "          ", e.Hint)
		}
		return code
	}
	fmt.Fprintln(p.Stderr, "signalbox:", err)
	return code
}

type versionCommand struct{}

func (versionCommand) Run(p *Program) error {
	_, err := fmt.Fprintln(p.Stdout, "signalbox", p.Version)
	return err
}
