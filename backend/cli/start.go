package cli

import (
	"context"
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

// folderFile returns the file that stores the data folder chosen on the settings
// screen.
func folderFile() string { return filepath.Join(xdg.StateHome, "signalbox", "data-folder") }

// dataFolder returns the data folder unless a setting names another one.
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
