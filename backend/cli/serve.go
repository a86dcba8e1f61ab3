package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"signalbox/backend/cli/flags"
	"signalbox/backend/live"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

// nodeOptions returns the options of a node with the settings of a command.
func nodeOptions(p *Program, log *slog.Logger, values setting.Values) node.Options {
	return node.Options{
		Settings: values, DataFolder: dataFolder(), FolderFile: folderFile(),
		Assets: p.Assets, Version: p.Version, Log: log, Now: p.Now,
	}
}

// folderFile returns the file that notes the data folder which the settings
// screen has chosen for the next start.
func folderFile() string { return filepath.Join(xdg.StateHome, "signalbox", "data-folder") }

// dataFolder returns the data folder of a start that does not set one.
func dataFolder() string {
	if b, err := os.ReadFile(folderFile()); err == nil {
		if dir := strings.TrimSpace(string(b)); filepath.IsAbs(dir) {
			return dir
		}
	}
	return filepath.Join(xdg.DataHome, "signalbox")
}

type windowCommand struct{ flags.Set }

func (c *windowCommand) Run(ctx context.Context, p *Program, log *slog.Logger) error {
	if p.Window == nil {
		return live.Errorf("no_window", "This program is built without a window.").
			WithHint("Start \"signalbox serve\" and open the address that it prints in a browser.")
	}
	return p.Window(ctx, nodeOptions(p, log, c.Values))
}

type serveCommand struct{ flags.Set }

func (c *serveCommand) Help() string {
	return `When it is ready it prints one line with its address and one with the address of the dashboard. It stops on Ctrl+C or SIGTERM: publishers get their answers, and clients are told when to reconnect. A second Ctrl+C or SIGTERM ends it at once; no acknowledged message is lost.`
}

func (c *serveCommand) Run(ctx context.Context, p *Program, log *slog.Logger) error {
	opt := nodeOptions(p, log, c.Values)
	opt.Progress = printProgress(p.Stderr)
	n, err := node.Open(ctx, opt)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "Signalbox listens on %s\n", n.URL())
	fmt.Fprintf(p.Stdout, "Dashboard: %s\n", n.DashboardURL())
	if sum, file := n.Certificate(); c.Values.On(setting.TLSSelf) {
		fmt.Fprintf(p.Stdout, "Certificate: self-made, SHA-256 %s\n", sum)
		fmt.Fprintf(p.Stdout, "  in %s; elsewhere: signalbox tail --ca that-file, or curl --cacert that-file\n", file)
	}
	if warning := n.Exposed(); warning != "" {
		fmt.Fprintln(p.Stdout, warning)
	}
	if notice := n.Notice(); notice != "" {
		fmt.Fprintln(p.Stdout, notice)
	}
	return n.Run(ctx)
}

// printProgress returns a function that prints the progress of a migration, a
// line for each tenth.
func printProgress(w io.Writer) func(done, total int64) {
	printed := int64(-1)
	return func(done, total int64) {
		if tenth := 10 * done / max(total, 1); tenth > printed {
			printed = tenth
			fmt.Fprintf(w, "Bringing the history to its new form: %d %%\n", 10*tenth)
		}
	}
}
