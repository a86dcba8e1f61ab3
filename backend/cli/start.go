package cli

import (
	"context"
	"log/slog"

	"signalbox/backend/cli/flags"
	"signalbox/backend/live"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

// nodeOptions returns the options of a node with the settings of a command.
func nodeOptions(p *Program, log *slog.Logger, values setting.Values) node.Options {
	return node.Options{
		Settings: values, DataFolder: flags.DataFolder(), FolderFile: flags.FolderFile(),
		Assets: p.Assets, Version: p.Version, Log: log, Now: p.Now,
	}
}

type windowCommand struct{ flags.Set }

func (c *windowCommand) Run(ctx context.Context, p *Program, log *slog.Logger) error {
	if p.Window == nil {
		return live.Errorf("no_window", "This program is built without a window.").
			WithHint("Start \"signalbox serve\" and open the address that it prints in a browser.")
	}
	return p.Window(ctx, nodeOptions(p, log, c.Values))
}
