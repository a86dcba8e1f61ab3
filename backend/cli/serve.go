package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"signalbox/backend/node"
)

// nodeFlags are shared by the window and serve.
type nodeFlags struct {
	Data    string   `help:"Data folder (${default_data})." type:"path" placeholder:"DIR" env:"SIGNALBOX_DATA"`
	Addr    string   `help:"Where the local server listens. Without it 127.0.0.1:4480, or the next free port." placeholder:"HOST:PORT" env:"SIGNALBOX_ADDR"`
	Token   string   `help:"Demand this token (16 characters or more) of everybody, publishers and subscribers too. Needed to listen on anything but loopback." placeholder:"TOKEN" env:"SIGNALBOX_TOKEN"`
	Hosts   []string `help:"Other names under which this server may be addressed." placeholder:"NAME" env:"SIGNALBOX_HOSTS"`
	Origins []string `help:"Web sites whose pages may publish and subscribe." placeholder:"URL" env:"SIGNALBOX_ORIGINS"`

	TLSCert string `help:"Speak HTTPS with the certificate in this file (PEM)." type:"path" placeholder:"FILE" env:"SIGNALBOX_TLS_CERT"`
	TLSKey  string `help:"The key that belongs to it (PEM)." type:"path" placeholder:"FILE" env:"SIGNALBOX_TLS_KEY"`
	TLSSelf bool   `help:"Speak HTTPS with a certificate that is made here, kept in the data folder, and printed as its SHA-256." env:"SIGNALBOX_TLS_SELF"`
}

func (f *nodeFlags) options(p *Program, log *slog.Logger) node.Options {
	opt := node.Options{
		Data: f.Data, Addr: f.Addr, Token: f.Token, Hosts: f.Hosts, Origins: f.Origins,
		TLS:   node.TLS{Cert: f.TLSCert, Key: f.TLSKey, Self: f.TLSSelf},
		Fixed: map[string]any{}, Folder: folderFile(), Assets: p.Assets, Version: p.Version, Log: log, Now: p.Now,
	}
	if opt.Data == "" {
		opt.Data = dataFolder()
	} else {
		opt.Fixed["data"] = f.Data
	}
	return opt
}

type windowCommand struct{ nodeFlags }

func (c *windowCommand) Run(ctx context.Context, p *Program, log *slog.Logger) error {
	return p.Window(ctx, c.options(p, log))
}

type serveCommand struct{ nodeFlags }

func (c *serveCommand) Help() string {
	return `Prints one line with its address when it is ready, and where to open the dashboard. Stops on Ctrl+C or SIGTERM: publishers get their answers and clients are told when to come back. A second Ctrl+C or SIGTERM ends it at once; nothing that was acknowledged is lost by that.`
}

func (c *serveCommand) Run(ctx context.Context, p *Program, log *slog.Logger) error {
	opt := c.options(p, log)
	opt.Progress = tellProgress(p.Stderr)
	n, err := node.Open(ctx, opt)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "Signalbox listens on %s\n", n.URL())
	fmt.Fprintf(p.Stdout, "Dashboard: %s\n", n.DashboardURL())
	if sum, file := n.Certificate(); c.TLSSelf {
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

// tellProgress returns what prints how far a history has been brought to its
// new form, a line for each tenth.
func tellProgress(w io.Writer) func(done, total int64) {
	told := int64(-1)
	return func(done, total int64) {
		if tenth := 10 * done / max(total, 1); tenth > told {
			told = tenth
			fmt.Fprintf(w, "Bringing the history to its new form: %d %%\n", 10*tenth)
		}
	}
}
