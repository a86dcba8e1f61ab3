package node

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/serve"
	"signalbox/backend/sqlite"
)

// chosen are the settings that a user may change, as the API writes them.
type chosen struct {
	Theme          string `json:"theme"`
	Port           int    `json:"port"`
	Data           string `json:"data"`
	Keep           keep   `json:"keep"`
	CreateChannels bool   `json:"create_channels"`
	MaxChannels    int    `json:"max_channels"`
	Heartbeat      int64  `json:"heartbeat_s"`
	Retry          int64  `json:"retry_ms"`
	MaxEvent       int    `json:"max_event"`
}

type keep struct {
	Messages int64 `json:"messages"`
	Bytes    int64 `json:"bytes"`
	AgeDays  int64 `json:"age_days"`
}

// shown is what the settings screen gets.
type shown struct {
	chosen
	Restart  []string `json:"restart"` // changed, in force after the next start
	Fixed    []string `json:"fixed"`   // decided by a flag, the environment or the file
	TokenSet bool     `json:"token_set"`
}

func defaults(data string) chosen {
	return chosen{
		Theme: "system", Port: DefaultPort, Data: data,
		Keep:           keep{Bytes: 2 << 30},
		CreateChannels: true, MaxChannels: 1000,
		Heartbeat: 15, Retry: 3000, MaxEvent: 16 << 20,
	}
}

// settings are the node's settings: kept in the database, except the data
// folder, which has to be known before there is a database.
type settings struct {
	node *Node

	mu      sync.Mutex
	started chosen // in force since the start
	current chosen
	// stored is what the database holds: the user's choices without what a
	// flag, the environment or the file decides for this run only.
	stored chosen
}

func loadSettings(ctx context.Context, n *Node) (*settings, error) {
	c := defaults(n.opt.Data)
	stored, ok, err := n.own.Setting(ctx, "settings")
	if err != nil {
		return nil, err
	}
	if ok {
		// What an older or newer version stored and this one does not know is
		// left out; what cannot be read at all falls back to the defaults.
		if err := json.Unmarshal([]byte(stored), &c); err != nil {
			n.log.Warn("read the settings", "err", err)
			c = defaults(n.opt.Data)
		}
	}
	c.Data = n.opt.Data
	kept := c
	if len(n.opt.Fixed) > 0 {
		fixed, err := json.Marshal(n.opt.Fixed)
		if err != nil {
			return nil, err
		}
		if c, err = c.with(fixed); err != nil {
			return nil, err
		}
	}
	return &settings{node: n, started: c, current: c, stored: kept}, nil
}

// fixPort shows the port of an address that was asked for, which the settings
// do not decide.
func (s *settings) fixPort(addr net.Addr) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return
	}
	s.current.Port, s.started.Port = tcp.Port, tcp.Port
	fixed := map[string]any{"port": tcp.Port}
	maps.Copy(fixed, s.node.opt.Fixed)
	s.node.opt.Fixed = fixed
}

func (s *settings) get() chosen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

func (s *settings) keep() live.Keep {
	k := s.get().Keep
	return live.Keep{Messages: k.Messages, Bytes: k.Bytes, Age: time.Duration(k.AgeDays) * 24 * time.Hour}
}

// Settings returns what the settings screen shows.
func (s *settings) Settings() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown()
}

func (s *settings) shown() shown {
	restart := []string{}
	if s.current.Port != s.started.Port {
		restart = append(restart, "port")
	}
	if s.current.Data != s.started.Data {
		restart = append(restart, "data")
	}
	fixed := slices.Sorted(maps.Keys(s.node.opt.Fixed))
	if fixed == nil {
		fixed = []string{}
	}
	return shown{chosen: s.current, Restart: restart, Fixed: fixed, TokenSet: s.node.opt.Token != ""}
}

// Change applies a JSON object with some of the settings, keeps it, and
// returns them all. Nothing is changed where one of them is wrong.
func (s *settings) Change(ctx context.Context, patch json.RawMessage) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var named map[string]json.RawMessage
	if err := json.Unmarshal(patch, &named); err != nil {
		return nil, live.Errorf("bad_json", "The settings are not a JSON object: %v.", err)
	}
	for name := range named {
		if _, ok := s.node.opt.Fixed[name]; ok {
			return nil, live.Errorf("fixed", "This setting is decided by a flag, the environment or the configuration file.").
				WithField(name).WithHint("Change it there.")
		}
	}
	next, err := s.current.with(patch)
	if err != nil {
		return nil, err
	}
	if next.Data != s.current.Data {
		if err := s.noteFolder(next.Data); err != nil {
			return nil, err
		}
	}
	stored, err := s.stored.with(patch)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(stored)
	if err != nil {
		return nil, err
	}
	if err := s.node.own.PutSetting(ctx, "settings", string(text)); err != nil {
		return nil, err
	}
	s.current, s.stored = next, stored
	s.apply()
	return s.shown(), nil
}

// apply brings what can change while running into force.
func (s *settings) apply() {
	c := s.current
	s.node.server.Reconfigure(func(cfg *serve.Config) {
		cfg.Heartbeat, cfg.Retry = seconds(c.Heartbeat), millis(c.Retry)
	})
	s.node.publisher.SetLimits(c.publishLimits())
	s.node.feeds.SetMaxEvent(c.MaxEvent)
	s.node.server.Changed()
	select {
	case s.node.trim <- struct{}{}:
	default:
	}
}

func (c chosen) publishLimits() publish.Limits {
	return publish.Limits{CreateChannels: c.CreateChannels, MaxChannels: c.MaxChannels, MaxEvent: c.MaxEvent}
}

func (s *settings) noteFolder(dir string) error {
	bad := func(why string) error {
		return live.Errorf("bad_folder", "%s", why).WithField("data").WithHint("Choose a folder that you can write to, with its whole path.")
	}
	if s.node.opt.Folder == "" {
		return bad("The data folder cannot be changed here.")
	}
	if !filepath.IsAbs(dir) {
		return bad("The data folder must be a whole path.")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return bad("The data folder cannot be made: " + cause(err).Error() + ".")
	}
	probe, err := os.CreateTemp(dir, ".signalbox-*")
	if err != nil {
		return bad("The data folder cannot be written to: " + cause(err).Error() + ".")
	}
	probe.Close()
	os.Remove(probe.Name())
	if err := os.MkdirAll(filepath.Dir(s.node.opt.Folder), 0o700); err != nil {
		return bad("The choice cannot be noted: " + cause(err).Error() + ".")
	}
	return os.WriteFile(s.node.opt.Folder, []byte(dir+"\n"), 0o600)
}

// Layout and SetLayout keep what the window remembers.
func (s *settings) Layout(ctx context.Context) (json.RawMessage, error) {
	layout, ok, err := s.node.own.Setting(ctx, "layout")
	if err != nil || !ok {
		return json.RawMessage("{}"), err
	}
	return json.RawMessage(layout), nil
}

// SetLayout stores a JSON object.
func (s *settings) SetLayout(ctx context.Context, layout json.RawMessage) error {
	return s.node.own.PutSetting(ctx, "layout", string(layout))
}

// sessions keep which browsers were signed out.
type sessions struct{ store *sqlite.Installation }

func (s sessions) SignedOut(ctx context.Context) (json.RawMessage, error) {
	kept, ok, err := s.store.Setting(ctx, "signed_out")
	if err != nil || !ok {
		return nil, err
	}
	return json.RawMessage(kept), nil
}

func (s sessions) SetSignedOut(ctx context.Context, kept json.RawMessage) error {
	return s.store.PutSetting(ctx, "signed_out", string(kept))
}

// with returns the settings with a patch applied, or an Error that names the
// field.
func (c chosen) with(patch json.RawMessage) (chosen, error) {
	dec := json.NewDecoder(bytes.NewReader(patch))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		e := live.Errorf("bad_setting", "The settings cannot be read: %v.", strings.TrimPrefix(err.Error(), "json: ")).WithCause(err)
		if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
			e = live.Errorf("unknown_field", "There is no setting %s.", field).WithField(strings.Trim(field, `"`))
		}
		return c, e
	}
	return c, c.check()
}

func (c chosen) check() error {
	wrong := func(field, why string) error { return live.Errorf("bad_setting", "%s", why).WithField(field) }
	switch {
	case c.Theme != "dark" && c.Theme != "light" && c.Theme != "system":
		return wrong("theme", `The theme is "dark", "light" or "system".`)
	case c.Port < 1 || c.Port > 65535:
		return wrong("port", "A port is a number from 1 to 65535.")
	case c.Keep.Messages < 0 || c.Keep.Bytes < 0 || c.Keep.AgeDays < 0:
		return wrong("keep", "How much to keep is 0 for everything, or a positive number.")
	case c.Keep.AgeDays > 36500:
		return wrong("keep", "The age to keep is at most 36500 days.")
	case c.MaxChannels < 1 || c.MaxChannels > 100_000:
		return wrong("max_channels", "The number of channels is limited to between 1 and 100000.")
	case c.Heartbeat < 1 || c.Heartbeat > 3600:
		return wrong("heartbeat_s", "A heartbeat is sent every 1 to 3600 seconds.")
	case c.Retry < 0 || c.Retry > 3_600_000:
		return wrong("retry_ms", "The reconnection time is 0 to 3600000 milliseconds.")
	case c.MaxEvent < 1024 || c.MaxEvent > 256<<20:
		return wrong("max_event", "The largest event is 1024 to 268435456 bytes.")
	}
	return nil
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
func millis(n int64) time.Duration  { return time.Duration(n) * time.Millisecond }
