package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Exit codes of the process on the small disk.
const (
	diskBroken = 1
	diskNone   = 3 // no disk could be mounted
)

// diskError begins the lines that report a broken promise.
const diskError = "broken: "

// smallDisk runs the part disk in a process with its own namespaces, where it can
// mount a small disk.
func (t *torture) smallDisk(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	disk := filepath.Join(t.dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	t.onBroken(stop)
	args := []string{"-rm", self, "-disk", disk, "-binary", t.binary, "-parts", "disk",
		"-seed", strconv.FormatUint(t.seed, 10), "-seconds", strconv.Itoa(int(t.length.Seconds())), "-v=" + strconv.FormatBool(t.verbose)}
	cmd := exec.CommandContext(ctx, "unshare", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTimeout
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var why []string
	for lines := bufio.NewScanner(&stdout); lines.Scan(); {
		if figures, ok := strings.CutPrefix(lines.Text(), "figures "); ok {
			if err := t.add([]byte(figures)); err != nil {
				return err
			}
		} else if text, ok := strings.CutPrefix(lines.Text(), diskError); ok || len(why) > 0 {
			why = append(why, text)
		} else {
			t.keep("disk: " + lines.Text())
		}
	}
	switch code := cmd.ProcessState; {
	case ctx.Err() != nil:
		return nil // whatever ended the run reports it
	case err == nil:
		return nil
	case code != nil && code.ExitCode() == diskBroken && len(why) > 0:
		return errors.New(strings.Join(why, "\n"))
	}
	t.cannotRun("disk", fmt.Sprintf("no small disk could be mounted in a namespace of its own: %v: %s", err, strings.TrimSpace(stderr.String())))
	return nil
}

// onSmallDisk is the main function in the new namespaces. It returns the exit code.
func onSmallDisk(ctx context.Context, opt options) int {
	if err := mount(opt.disk, diskSize(opt)>>20); err != nil {
		fmt.Fprintln(os.Stderr, "mount:", err)
		return diskNone
	}
	opt.dir = filepath.Dir(opt.disk)
	t := newTorture(opt)
	err := t.runPart(ctx, t.disk)
	for _, p := range t.ran {
		t.sum(p)
	}
	figures, failed := t.encode()
	if failed != nil {
		fmt.Fprintln(os.Stderr, failed)
		return diskNone
	}
	if t.broken(err); t.failed() != nil {
		err = t.failed()
		if !t.verbose {
			fmt.Println(strings.Join(t.notes(), "\n"))
		}
		fmt.Printf("%s%v\n", diskError, err)
		// The disk disappears with this process.
		if out, err := exec.Command("cp", "-a", opt.disk, opt.disk+"-kept").CombinedOutput(); err != nil {
			fmt.Printf("the files on the disk could not be copied: %s\n", out)
		}
	}
	fmt.Printf("figures %s\n", figures)
	if err != nil {
		return diskBroken
	}
	return 0
}

// diskSize returns the size of the disk in bytes: room for all messages and more.
func diskSize(opt options) int { return (40 + int(opt.length.Seconds())) << 20 }

// disk is one instance on the small disk. Its log lies on another disk.
func (t *torture) disk() (*part, error) {
	p, err := t.newPart("disk", 20_000, t.options.disk, "d")
	if err != nil {
		return nil, err
	}
	d := p.instances[0]
	for _, m := range []idScheme{plain, keyed, named, shared, same, plain, keyed, named} {
		p.publish(d, m.String(), m, 10*time.Millisecond).size = 2000
	}
	f := &filler{at: d, path: filepath.Join(t.options.disk, "filler"), probe: p.publish(d, "probe", plain, 0)}
	f.probe.manual = true
	p.subscriptions = []subscription{{at: d}, {at: d, sources: []string{"named", "plain"}}, {at: d, sources: []string{"same"}}, {at: d, sources: []string{"probe"}}}
	p.readers = 2 * len(p.subscriptions)
	p.plan = func(c *chaos) []action {
		return []action{
			c.fill(f, c.free), c.fill(f, c.free), c.fill(f, c.startFull), c.fill(f, c.startFull),
			c.publishAndFill(f), c.kill(d), c.end(d), c.idle(2 * time.Second),
		}
	}
	return p, nil
}

// A filler is a file that takes up the free space.
type filler struct {
	at    *instance
	path  string
	probe *publisher
	sent  int64 // messages of probe
}

// fill takes all free space.
func (f *filler) fill() error {
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	for size := 1 << 20; size >= 1<<12; {
		_, err := file.Write(make([]byte, size))
		switch {
		case errors.Is(err, syscall.ENOSPC):
			size >>= 4
		case err != nil:
			return err
		}
	}
	return nil
}

// try publishes one message and reports whether it was refused or acknowledged.
func (f *filler) try() (refused, acknowledged bool, err error) {
	f.sent++
	m := message{f.probe.number, f.sent}
	s, err := f.probe.sending(m)
	if err != nil {
		return false, false, err
	}
	f.at.outcomes.begin(m, f.at.ledger.newest())
	a, err := f.probe.try(s)
	switch {
	case err != nil:
		return false, false, err
	case a.receipt != nil:
		return false, true, f.probe.acknowledged(s, a.receipt, false)
	case a.refused:
		return true, false, f.at.outcomes.refuse(m)
	}
	f.at.outcomes.giveUp(m, a.generation)
	return false, false, nil
}

// fill fills the disk, checks the instance while it is full, and calls help to
// make room.
func (c *chaos) fill(f *filler, help func(context.Context, *filler) error) action {
	return func(ctx context.Context) error {
		defer os.Remove(f.path)
		full, err := c.fillUntilRefused(ctx, f)
		if err != nil || !full {
			return err
		}
		c.fills.Add(1)
		c.note("the disk is full, and publishes are refused")
		if err := c.checkUnhealthy(ctx, f); err != nil {
			return err
		}
		// The history can still be read.
		if err := c.check(ctx, f.at); err != nil {
			return err
		}
		return help(ctx, f)
	}
}

// free frees the disk.
func (c *chaos) free(_ context.Context, f *filler) error {
	if err := os.Remove(f.path); err != nil {
		return err
	}
	c.note("the disk has space again")
	return c.waitHealthy(f, responseTimeout)
}

// startFull restarts the instance on the full disk, frees the disk, and restarts
// it again if needed: an instance that starts on a full disk may be read-only
// until its next start.
func (c *chaos) startFull(ctx context.Context, f *filler) error {
	if err := c.killOne(f.at); err != nil {
		return err
	}
	if err := errors.Join(f.fill(), c.restart(f.at)); err != nil {
		return err
	}
	c.fullStarts.Add(1)
	if err := c.checkUnhealthy(ctx, f); err != nil {
		return err
	}
	if c.rand.IntN(2) == 0 {
		_ = os.Remove(f.path)
		if err := c.waitHealthy(f, 2*time.Second); err == nil {
			return nil
		}
		c.note("it is read-only, and is restarted")
	}
	_ = os.Remove(f.path)
	if err := c.kill(f.at)(ctx); err != nil {
		return err
	}
	return c.waitHealthy(f, responseTimeout)
}

// publishAndFill publishes an eighth of the disk and then fills it, so that a
// lower limit frees enough: twice what the program holds in reserve.
func (c *chaos) publishAndFill(f *filler) action {
	fill := c.fill(f, c.keepLess)
	return func(ctx context.Context) error {
		size := f.probe.size
		f.probe.size = 1 << 20
		for sent := 0; sent < diskSize(c.options)/8 && ctx.Err() == nil; sent += f.probe.size / 2 {
			if _, _, err := f.try(); err != nil {
				return err
			}
		}
		f.probe.size = size
		return fill(ctx)
	}
}

// keepLess lowers the limit, which frees enough space to go on.
func (c *chaos) keepLess(ctx context.Context, f *filler) error {
	c.note("its limit is lowered")
	if err := f.at.keep(ctx, 10); err != nil {
		return err
	}
	if err := c.waitHealthy(f, responseTimeout); err != nil {
		return err
	}
	c.trims.Add(1)
	c.helped.Add(1)
	return f.at.keep(context.Background(), 0)
}

// fillUntilRefused fills the disk until a publish is refused. It returns false if
// none is, because the program's own files have free space.
func (c *chaos) fillUntilRefused(ctx context.Context, f *filler) (bool, error) {
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; {
		if err := f.fill(); err != nil {
			return false, err
		}
		if refused, _, err := f.try(); refused || err != nil {
			return refused, err
		}
	}
	c.note("nothing was refused while the disk was full")
	return false, nil
}

// checkUnhealthy checks /healthz between publishes for a second or two. It must
// report a fault between two publishes that are refused.
func (c *chaos) checkUnhealthy(ctx context.Context, f *filler) error {
	before := false
	for end := time.Now().Add(time.Duration(500+c.rand.IntN(2000)) * time.Millisecond); time.Now().Before(end) && ctx.Err() == nil; {
		healthy, err := f.at.healthy(context.Background())
		if err != nil {
			return err
		}
		refused, _, err := f.try()
		switch {
		case err != nil:
			return err
		case before && healthy && refused:
			return fmt.Errorf("%s refuses publishes because its disk is full, but /healthz reported no fault between two of them", f.at.name)
		case before && refused:
			c.redWhileFull.Add(1)
		}
		before = refused
		pause(ctx, 10*time.Millisecond)
	}
	return nil
}

// waitHealthy waits until publishes are accepted and /healthz reports no fault.
func (c *chaos) waitHealthy(f *filler, within time.Duration) error {
	begun := time.Now()
	for taken := false; ; time.Sleep(10 * time.Millisecond) {
		if !taken {
			var err error
			if _, taken, err = f.try(); err != nil {
				return err
			}
		}
		if taken {
			healthy, err := f.at.healthy(context.Background())
			if err != nil {
				return err
			}
			if healthy {
				break
			}
		}
		if time.Since(begun) > within {
			return fmt.Errorf("%s: its disk has had free space for %v; it accepts publishes: %v, and /healthz reports a fault", f.at.name, within, taken)
		}
	}
	c.recoveries.Add(1)
	c.note("%s is healthy again after %v", f.at.name, time.Since(begun).Round(time.Millisecond))
	return nil
}
