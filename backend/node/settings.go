package node

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"signalbox/backend/disk"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/setting"
)

// settings merges the user's stored choices with the settings that flags, the
// environment and the configuration file fix. The choices are stored in the
// database, except the data folder: it must be known before the database is open.
type settings struct {
	node  *Node
	fixed setting.Values // set by a flag, the environment or the file, for this run

	mu      sync.Mutex
	stored  setting.Values // the user's choices
	current setting.Values // stored, with the fixed values in place of their own
	started setting.Values // current at the start
}

func loadSettings(ctx context.Context, n *Node) (*settings, error) {
	text, ok, err := n.installation.Setting(ctx, "settings")
	if err != nil {
		return nil, err
	}
	stored := setting.Values{}
	if ok {
		// Another version may have stored settings that this one refuses or does not
		// know. The valid ones still count.
		if stored, err = setting.ParseJSON([]byte(text)); err != nil {
			n.log.Warn("read the stored settings", "err", err)
		}
	}
	delete(stored, setting.Data) // an earlier choice; n.data is open now
	s := &settings{node: n, fixed: n.opt.Settings, stored: stored}
	s.current = setting.Values{setting.Data: n.data}.With(stored).With(s.fixed)
	s.started = s.current
	return s, nil
}

// fixPort sets the port to the port of addr, and fixes it. It is called when the
// setting addr decides where the node listens, so the setting port has no effect.
func (s *settings) fixPort(addr net.Addr) {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		port := setting.Values{setting.Port: int64(tcp.Port)}
		s.fixed, s.current, s.started = s.fixed.With(port), s.current.With(port), s.started.With(port)
	}
}

// get returns the settings in force. They must not be changed.
func (s *settings) get() setting.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// look returns the settings language and theme.
func (s *settings) look() (language, theme string) {
	current := s.get()
	return current.Text(setting.Language), current.Text(setting.Theme)
}

// Settings returns what the settings screen shows.
func (s *settings) Settings() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view()
}

// view returns the object of GET /api/settings. Call it with the lock held.
func (s *settings) view() map[string]any {
	restart := []string{}
	for _, def := range setting.All() {
		if def.Restart && !s.current.Equal(s.started, def) {
			restart = append(restart, def.Name)
		}
	}
	view := s.current.Object()
	view["restart"] = restart       // changed, in force after the next start
	view["fixed"] = s.fixed.Names() // cannot be changed in this run
	view["token_set"] = s.fixed.Text(setting.Token) != ""
	return view
}

// Change applies and stores a JSON object with some of the settings, and returns
// all settings. If one of them is refused, it changes nothing.
func (s *settings) Change(ctx context.Context, patch json.RawMessage) (any, error) {
	change, err := setting.ParseJSON(patch)
	if first, ok := errors.AsType[*live.Error](err); ok {
		return nil, first
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, def := range setting.All() {
		if change.Set(def) && s.fixed.Set(def) && !change.Equal(s.fixed, def) {
			return nil, live.Errorf("fixed", "This setting is decided by a flag, the environment or the configuration file.").
				WithField(def.Name).WithHint("Change it there.")
		}
	}
	if dir := change.Text(setting.Data); change.Set(setting.Data) && dir != s.current.Text(setting.Data) {
		if err := s.storeNextFolder(dir); err != nil {
			return nil, err
		}
	}
	stored := s.stored.With(change)
	text, err := json.Marshal(stored)
	if err != nil {
		return nil, err
	}
	if err := s.node.installation.PutSetting(ctx, "settings", string(text)); err != nil {
		return nil, err
	}
	s.stored, s.current = stored, s.current.With(change)
	s.apply()
	return s.view(), nil
}

// apply applies the settings that do not wait for a restart.
func (s *settings) apply() {
	s.node.server.SetTiming(heartbeat(s.current), retry(s.current))
	s.node.server.SetOrigins(s.current.List(setting.Origins))
	s.node.publisher.SetLimits(publishLimits(s.current))
	s.node.feeds.SetMaxEvent(int(s.current.Number(setting.MaxEvent)))
	s.node.server.Changed()
	select {
	case s.node.trimNow <- struct{}{}:
	default:
	}
}

func heartbeat(v setting.Values) time.Duration {
	return time.Duration(v.Number(setting.Heartbeat)) * time.Second
}

func retry(v setting.Values) time.Duration {
	return time.Duration(v.Number(setting.Retry)) * time.Millisecond
}

func publishLimits(v setting.Values) publish.Limits {
	return publish.Limits{
		CreateChannels: v.On(setting.CreateChannels),
		MaxChannels:    int(v.Number(setting.MaxChannels)),
		MaxEvent:       int(v.Number(setting.MaxEvent)),
	}
}

func keepLimits(v setting.Values) live.Keep {
	return live.Keep{
		Messages: v.Number(setting.KeepMessages),
		Bytes:    v.Number(setting.KeepBytes),
		Age:      time.Duration(v.Number(setting.KeepAge)) * 24 * time.Hour,
	}
}

// storeNextFolder stores the data folder of the next start in the FolderFile. It
// creates the folder first, and checks that a file can be written there.
func (s *settings) storeNextFolder(dir string) error {
	bad := func(code, format string, args ...any) error {
		return live.Errorf(code, format, args...).WithField(setting.Data.Name).
			WithHint("Choose a folder that you can write to.")
	}
	if s.node.opt.FolderFile == "" {
		return bad("bad_folder/fixed", "The data folder cannot be changed here.")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return bad("bad_folder/create", "The data folder cannot be created: {reason}.", "reason", err)
	}
	probe, err := os.CreateTemp(dir, ".signalbox-*")
	if err != nil {
		return bad("bad_folder/write", "The data folder cannot be written to: {reason}.", "reason", err)
	}
	probe.Close()
	os.Remove(probe.Name())
	if err := os.MkdirAll(filepath.Dir(s.node.opt.FolderFile), 0o700); err != nil {
		return bad("bad_folder/note", "The choice of the data folder cannot be stored: {reason}.", "reason", err)
	}
	return disk.WriteFile(s.node.opt.FolderFile, []byte(dir+"\n"), 0o600)
}

// Layout returns the layout that SetLayout stored, or an empty JSON object.
func (s *settings) Layout(ctx context.Context) (json.RawMessage, error) {
	layout, ok, err := s.node.installation.Setting(ctx, "layout")
	if err != nil || !ok {
		return json.RawMessage("{}"), err
	}
	return json.RawMessage(layout), nil
}

// SetLayout stores the layout of the screens, a JSON object.
func (s *settings) SetLayout(ctx context.Context, layout json.RawMessage) error {
	return s.node.installation.PutSetting(ctx, "layout", string(layout))
}
