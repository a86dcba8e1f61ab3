package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"signalbox/backend/cli/flags"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

type serveCommand struct{ flags.Set }

func (c *serveCommand) Help() string {
	return `When it is ready it prints one line with its address and one with the address of the dashboard. It stops on Ctrl+C or SIGTERM: publishers get their answers, and clients a time after which to reconnect. A second Ctrl+C or SIGTERM ends it at once; no acknowledged message is lost.`
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
	if c.Values.On(setting.TLSSelf) {
		sum, file := n.Certificate()
		fmt.Fprintf(p.Stdout, "Certificate: self-signed, SHA-256 %s\n", sum)
		fmt.Fprintf(p.Stdout, "  in %s; elsewhere: signalbox tail --ca that-file, or curl --cacert that-file\n", file)
	}
	if warning := n.ExposureWarning(); warning != "" {
		fmt.Fprintln(p.Stdout, warning)
	}
	if notice := n.Notice().String(); notice != "" {
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
