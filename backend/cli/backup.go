package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"signalbox/backend/cli/flags"
	"signalbox/backend/live"
	"signalbox/backend/output"
	"signalbox/backend/setting"
	"signalbox/backend/sqlite/backup"
)

type backupCommand struct {
	flags.Set
	File  string `arg:"" help:"The file to write."`
	Force bool   `help:"Replace the file if it exists."`
}

func (c *backupCommand) Help() string {
	return `Copies the whole history of the data folder into one file, while Signalbox runs or not: every message that was committed when it began, bookmarks, feeds, the record of their connections, and the settings. Nobody who publishes waits for it. Meanwhile the log of the history grows, and needs room on its disk.

Not in it: the tokens and passwords of feeds, the console's token, certificates, and the configuration file. Keep the file as you keep the messages: it can be read only by you.

Examples:
  signalbox backup monday.signalbox
  signalbox restore monday.signalbox --data ~/elsewhere`
}

func (c *backupCommand) Run(ctx context.Context, p *Program) error {
	out, err := output.Open(c.File, nil, c.Force)
	if err != nil {
		return err
	}
	if c.File == "-" {
		return live.Errorf("bad_file", "A back-up needs a file.")
	}
	defer out.Discard()
	progress, stop := showPart(ctx, p)
	messages, err := backup.Write(ctx, folderOf(c.Values), out.Part(), progress)
	stop()
	if err != nil {
		return interrupted(ctx, err)
	}
	size := int64(0)
	if info, err := os.Stat(out.Part()); err == nil {
		size = info.Size()
	}
	if err := out.Complete(); err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "%s has %d messages and the settings, %.1f MB. The secrets of feeds are not in it.\n", c.File, messages, float64(size)/1e6)
	return nil
}

type restoreCommand struct {
	flags.Set
	File    string `arg:"" help:"A file of signalbox backup."`
	Replace bool   `help:"Move the history that the folder has aside."`
}

func (c *restoreCommand) Help() string {
	return `Checks the file and makes it the history of the data folder, which no Signalbox may have open. The file is left as it is, and so is a history that the folder has, unless --replace moves it aside.

Messages keep their ids, and clients resume where they were. New messages get much greater positions, because the original may have gone on after the back-up; do not let both run for the same clients. Feeds connect again and ask for what came since, and need their tokens and passwords again on another computer.

Example:
  signalbox restore monday.signalbox --data ~/elsewhere
  signalbox serve --data ~/elsewhere`
}

func (c *restoreCommand) Run(ctx context.Context, p *Program) error {
	now := time.Now
	if p.Now != nil {
		now = p.Now
	}
	dir := folderOf(c.Values)
	progress, stop := showPart(ctx, p)
	r, err := backup.Restore(ctx, c.File, dir, c.Replace, now(), progress)
	stop()
	if err != nil {
		return interrupted(ctx, err)
	}
	if r.Before != "" {
		fmt.Fprintf(p.Stdout, "The history of before is in %s.\n", r.Before)
	}
	fmt.Fprintf(p.Stdout, "Restored %d messages and the settings into %s.\n", r.Messages, dir)
	return nil
}

// folderOf returns the data folder that a command is about.
func folderOf(values setting.Values) string {
	dir := flags.DataFolder()
	if values.Set(setting.Data) {
		dir = values.Text(setting.Data)
	}
	if whole, err := filepath.Abs(dir); err == nil {
		return whole
	}
	return dir
}

// showPart shows on a terminal which part is done.
func showPart(ctx context.Context, p *Program) (progress func(part float64), stop func()) {
	var percent atomic.Int64
	stop = func() {}
	if isTerminal(p.Stderr) {
		stop = output.ShowProgress(ctx, p.Stderr, func(context.Context) string { return fmt.Sprintf("%3d %%", percent.Load()) })
	}
	return func(part float64) { percent.Store(int64(100 * part)) }, stop
}

// interrupted returns the error of a command that the user has ended.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return live.Errorf("backup_ended", "It was interrupted, and nothing was changed.").WithCause(err)
	}
	return err
}
