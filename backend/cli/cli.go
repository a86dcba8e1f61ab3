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

	"signalbox/backend/cli/flags"
	"signalbox/backend/live"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

// A Program holds the parts of the program that main passes to the subcommands.
type Program struct {
	Version string
	Assets  fs.FS
	// Window opens a node and its window, and blocks until the window is closed. It
	// is nil in a program that is built without a window.
	Window func(context.Context, node.Options) error

	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Now is the clock; nil means time.Now. Tests set it.
	Now func() time.Time
}

type commands struct {
	flags.Set
	Config string `help:"Configuration file. Default: ${default_config}. Its keys are the names of flags, as in: addr = \"127.0.0.1:4480\"." placeholder:"FILE" env:"SIGNALBOX_CONFIG"`

	Window   windowCommand   `cmd:"" default:"withargs" help:"Open the window. This is what signalbox does without a command."`
	Serve    serveCommand    `cmd:"" help:"Serve without a window; the dashboard opens in a browser."`
	Publish  publishCommand  `cmd:"" help:"Publish a message to a channel of a running Signalbox."`
	Tail     tailCommand     `cmd:"" help:"Follow an SSE address, or a source of a running Signalbox."`
	Export   exportCommand   `cmd:"" help:"Write messages of a running Signalbox to a file, as JSON lines, CSV, Markdown or SSE."`
	Backup   backupCommand   `cmd:"" help:"Copy the whole history into one file, while Signalbox runs."`
	Restore  restoreCommand  `cmd:"" help:"Make a data folder of such a file."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
	Settings settingsCommand `cmd:"" help:"Print a configuration file with every setting, its default and its help."`
}

func newCommands() *commands {
	data := flags.DataFolder()
	c := &commands{Set: flags.For(setting.Program, data)}
	c.Window.Set = flags.For(setting.Server, data)
	c.Serve.Set = flags.For(setting.Server, data)
	c.Publish.Set = flags.For(setting.Client, data)
	c.Tail.Set = flags.For(setting.Client, data)
	c.Export.Set = flags.For(setting.Client, data)
	c.Backup.Set = flags.For(setting.Store, data)
	c.Restore.Set = flags.For(setting.Store, data)
	return c
}

const description = `A console for Server-Sent Events: follows remote feeds, serves local channels, keeps every message, and shows it all live.

Examples:
${window_examples}
  signalbox publish messages 'Hello'           publish to a channel
  date | signalbox publish clock               publish the text from a pipe
  signalbox tail messages                      follow a channel
  signalbox tail https://example.org/events    follow any SSE address
  signalbox export orders.csv --source orders  write messages to a file
  curl -N http://127.0.0.1:4480/events/messages`

const (
	examplesWithWindow = `  signalbox                                    open the window
  signalbox serve                              the same in a browser`
	examplesWithoutWindow = `  signalbox serve                              serve; the dashboard opens in a browser`
)

// Main runs the program and returns its exit code: 0 for success, 1 for an
// error, 2 for a wrong command line or configuration.
func Main(p Program) int {
	cmd := newCommands()
	parser, err := newParser(cmd, &p)
	if err != nil {
		fmt.Fprintln(p.Stderr, "signalbox:", err)
		return 2
	}
	code, exited := parse(parser, cmd, &p)
	if exited {
		return code
	}
	return 0
}

func newParser(cmd *commands, p *Program) (*kong.Kong, error) {
	examples := examplesWithWindow
	if p.Window == nil {
		examples = examplesWithoutWindow
	}
	parser, err := kong.New(cmd,
		kong.Name("signalbox"), kong.Description(description), kong.UsageOnError(),
		kong.Writers(p.Stdout, p.Stderr), kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		flags.Option(),
		kong.Vars{"default_config": flags.DefaultFile(), "window_examples": examples},
	)
	if err != nil {
		return nil, err
	}
	for _, c := range parser.Model.Children {
		if c.Name == "window" {
			c.Hidden = p.Window == nil
		}
	}
	return parser, nil
}

// exit is the panic value of kong's Exit, so that --help ends parse instead of the
// process.
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
	kctx, err := parser.Parse(p.Args)
	if err != nil {
		return p.fail(flags.UsageError(parser, err), 2), true
	}
	if err := cmd.readSettings(kctx); err != nil {
		return p.fail(err, 2), true
	}
	ctx, stop := untilSignal(p.Stderr)
	defer stop()
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(cmd.Values.Text(setting.Log))); err != nil {
		return p.fail(err, 2), true
	}
	log := slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: level}))
	kctx.BindTo(ctx, (*context.Context)(nil))
	kctx.Bind(p, log)
	if err := kctx.Run(); err != nil {
		return p.fail(err, 1), true
	}
	return 0, false
}

// readSettings reads the settings of the program and of the selected command.
func (c *commands) readSettings(ctx *kong.Context) error {
	config, err := flags.ReadFile(c.Config)
	if err != nil {
		return err
	}
	if err := c.Read(ctx, config); err != nil {
		return err
	}
	if command, ok := ctx.Selected().Target.Addr().Interface().(interface {
		Read(*kong.Context, flags.Config) error
	}); ok {
		return command.Read(ctx, config)
	}
	return nil
}

// fail prints an error and its hint, and returns the exit code.
func (p *Program) fail(err error, code int) int {
	if e, ok := errors.AsType[*live.Error](err); ok {
		fmt.Fprintln(p.Stderr, "signalbox:", e.Message)
		if wrong, ok := errors.AsType[*filterError](err); ok {
			wrong.point(p.Stderr, "           ")
		}
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

type settingsCommand struct{}

func (settingsCommand) Help() string {
	return `Prints a configuration file that has every setting with its default, commented out. Start with:
  signalbox settings > ~/.config/signalbox/signalbox.toml`
}

func (settingsCommand) Run(p *Program) error {
	_, err := fmt.Fprint(p.Stdout, setting.Reference())
	return err
}
