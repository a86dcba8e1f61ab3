package node

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"signalbox/backend/example"
	"signalbox/backend/feed"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/sample"
	"signalbox/backend/secrets"
	"signalbox/backend/serve"
	"signalbox/backend/setting"
	"signalbox/backend/sqlite"
	"signalbox/backend/sqlite/installation"
)

// Options are the parameters of Open.
type Options struct {
	// Settings are the values of flags, the environment and the configuration file.
	// They cannot be changed while the node runs.
	Settings setting.Values
	// DataFolder holds the history unless Settings name another folder. Open
	// creates it if it does not exist.
	DataFolder string
	// FolderFile stores the path of another data folder for the next start. Empty
	// means that the data folder cannot be changed at run time.
	FolderFile string
	Assets     fs.FS // the dashboard
	Version    string
	Log        *slog.Logger // nil means no log
	// Progress is called while Open migrates the history of an older version, with
	// the count of migrated messages and of all messages; may be nil.
	Progress func(done, total int64)
	// Now is the clock for the times of messages and their age; nil means
	// time.Now.
	Now func() time.Time
}

// Folder returns the data folder.
func (o Options) Folder() string {
	if o.Settings.Set(setting.Data) {
		return o.Settings.Text(setting.Data)
	}
	return o.DataFolder
}

// A Node is a running Signalbox.
type Node struct {
	opt          Options
	data         string // the data folder
	log          *slog.Logger
	store        *sqlite.DB
	installation *installation.Store
	journal      *journal.Journal
	publisher    *publish.Publisher
	feeds        *feed.Follower
	examples     *example.Examples
	samples      *sample.Events
	server       *serve.Server
	settings     *settings
	listener     net.Listener
	cert         *certificate // nil without TLS
	token        string       // the console's
	notice       live.Text
	trimNow      chan struct{} // asks for a trim before the next interval
}

// Open opens the data folder and starts to listen. An error that the user can
// correct is a live.Error, such as "in_use", "bad_database", "read_only" or
// "address_taken". Run or Close must follow.
func Open(ctx context.Context, opt Options) (_ *Node, err error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Progress == nil {
		opt.Progress = func(int64, int64) {}
	}
	n := &Node{opt: opt, log: opt.Log, trimNow: make(chan struct{}, 1)} // one pending request is enough
	defer func() {
		if err != nil {
			n.Close()
		}
	}()
	if err := opt.Settings.Validate(); err != nil {
		return nil, err
	}
	n.data = opt.Folder()
	if info, err := os.Stat(n.data); err == nil && !info.IsDir() {
		return nil, live.Errorf("bad_folder/file", "{folder} is a file, not a folder.", "folder", n.data).
			WithHint("Choose a folder for the history with --data.").WithField("data")
	}
	if n.store, err = sqlite.Open(ctx, n.data, sqlite.WithClock(opt.Now), sqlite.WithProgress(opt.Progress)); err != nil {
		return nil, err
	}
	n.installation = n.store.Installation()
	if n.journal, err = journal.Open(ctx, n.store, journal.Options{Now: opt.Now, Log: n.log}); err != nil {
		return nil, err
	}
	if n.settings, err = loadSettings(ctx, n); err != nil {
		return nil, err
	}
	if n.token, err = n.consoleToken(ctx); err != nil {
		return nil, err
	}
	set := n.settings.current
	addr := set.Text(setting.Addr)
	if n.cert, err = openCertificate(n.data, set, n.log); err != nil {
		return nil, err
	}
	if n.listener, n.notice, err = listen(addr, int(set.Number(setting.Port)), set.Text(setting.Token)); err != nil {
		return nil, err
	}
	if addr != "" {
		n.settings.fixPort(n.listener.Addr())
	}
	n.build()
	return n, nil
}

// build creates the parts that Run runs. The server needs all others, so it is
// created last; the others use it only in functions that are called later.
func (n *Node) build() {
	set := n.settings.current
	n.feeds = feed.New(n.journal, n.installation, secrets.Open(n.journal.Epoch(), n.data), feed.Options{
		Log: n.log, MaxEvent: int(set.Number(setting.MaxEvent)), UserAgent: "Signalbox/" + n.opt.Version,
		Fault: func(fault live.Text) { n.server.SetFault("feeds", fault) },
	})
	n.publisher = publish.New(n.journal, publishLimits(set))
	n.examples = example.New(n.journal, n.publisher, example.Options{
		Language: func() string { language, _ := n.settings.look(); return language },
		Log:      n.log,
		Watched:  func(channel string) bool { return n.server.Clients(channel) > 0 || n.samples.PublishTo(channel) },
		Events:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.server.Events().ServeHTTP(w, r) }),
	})
	n.samples = sample.New(n.journal, n.examples, sample.Options{Feeds: sampleFeeds{n}, Store: sampleStore{n.installation}})
	var config *tls.Config
	if n.cert != nil {
		config = n.cert.config()
	}
	n.server = serve.New(serve.Config{
		Journal: n.journal, Publish: n.publisher, Feeds: n.feeds, Attempts: n.installation, Samples: n.samples, Settings: n.settings, Sessions: sessions{n.installation},
		Examples: n.examples.Handler(n.samples), Assets: n.opt.Assets, Look: n.settings.look, Version: n.opt.Version,
		Token: n.token, RequireToken: set.Text(setting.Token) != "", Hosts: set.List(setting.Hosts), Origins: set.List(setting.Origins), TLS: config,
		Heartbeat: heartbeat(set), Retry: retry(set),
		Log: n.log,
	})
	n.server.SetAddress(n.Address(), n.notice)
}

// Close closes the listener and the journal if Run has not closed them. It may be
// called again.
func (n *Node) Close() error {
	var errs []error
	if n.listener != nil {
		if err := n.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
		n.listener = nil
	}
	switch {
	case n.journal != nil:
		errs = append(errs, n.journal.Close())
	case n.store != nil:
		errs = append(errs, n.store.Close())
	}
	n.journal, n.store = nil, nil
	return errors.Join(errs...)
}

// DashboardURL returns the URL of the dashboard, with the token that signs a
// browser in. Print it for the user, but do not log it.
func (n *Node) DashboardURL() string {
	return n.URL() + "/?token=" + url.QueryEscape(n.token)
}

// Window returns the handler for the window's asset server. It demands no token,
// because only the window can reach it.
func (n *Node) Window() http.Handler { return n.server.Window() }

// Look returns the colours that the screens showed last: "light" or "dark".
func (n *Node) Look(ctx context.Context) string {
	if theme := n.Theme(); theme != "system" {
		return theme
	}
	var layout struct {
		Look string `json:"look"`
	}
	if text, err := n.settings.Layout(ctx); err != nil || json.Unmarshal(text, &layout) != nil || layout.Look != "light" {
		return "dark"
	}
	return "light"
}

// Theme returns the setting theme: "system", "light" or "dark".
func (n *Node) Theme() string { return n.settings.get().Text(setting.Theme) }
