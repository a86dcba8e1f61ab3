package node

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"signalbox/backend/disk"
	"signalbox/backend/example"
	"signalbox/backend/feed"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/secrets"
	"signalbox/backend/serve"
	"signalbox/backend/setting"
	"signalbox/backend/sqlite"
	"signalbox/backend/sqlite/installation"
)

// Options are what a Node is opened with.
type Options struct {
	// Settings are those that a flag, the environment or the configuration file
	// decides for this run. Nobody can change them while it runs.
	Settings setting.Values
	// DataFolder holds the history unless Settings name another folder. It is
	// made where it does not exist.
	DataFolder string
	// FolderFile is the file in which a change of the data folder is noted for
	// the next start. Empty means that the folder cannot be changed.
	FolderFile string
	Assets     fs.FS // the dashboard
	Version    string
	Log        *slog.Logger // nil means no log
	// Progress is called while Open migrates the history of an older version,
	// with how many of its messages are done; may be nil.
	Progress func(done, total int64)
	// Now is the clock that stamps messages and tells their age; nil means that
	// of the system.
	Now func() time.Time
}

// A Node is a running Signalbox.
type Node struct {
	opt       Options
	data      string // the data folder
	log       *slog.Logger
	store     *sqlite.DB
	own       *installation.Store
	journal   *journal.Journal
	publisher *publish.Publisher
	feeds     *feed.Follower
	examples  *example.Examples
	server    *serve.Server
	settings  *settings
	listener  net.Listener
	cert      *certificate // nil without TLS
	token     string
	notice    string
	trim      chan struct{}
}

// Open opens the data folder and starts to listen. Errors that a user can do
// something about are live.Errors: "in_use", "bad_database", "read_only",
// "address_taken". Run must follow, or Close.
func Open(ctx context.Context, opt Options) (_ *Node, err error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	n := &Node{opt: opt, log: opt.Log, data: opt.DataFolder, trim: make(chan struct{}, 1)} // one pending request to trim is enough
	defer func() {
		if err != nil {
			n.Close()
		}
	}()
	if err := opt.Settings.Validate(); err != nil {
		return nil, err
	}
	if opt.Settings.Set(setting.Data) {
		n.data = opt.Settings.Text(setting.Data)
	}
	if info, err := os.Stat(n.data); err == nil && !info.IsDir() {
		return nil, live.Errorf("bad_folder", "%s is a file, not a folder.", n.data).
			WithHint("Choose a folder for the history with --data.").WithField("data")
	}
	if opt.Progress == nil {
		opt.Progress = func(int64, int64) {}
	}
	if n.store, err = sqlite.Open(ctx, n.data, sqlite.WithClock(opt.Now), sqlite.WithProgress(opt.Progress)); err != nil {
		return nil, err
	}
	n.own = n.store.Installation()
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

func (n *Node) build() {
	set := n.settings.current
	n.feeds = feed.New(n.journal, n.own, secrets.Open(n.journal.Epoch(), n.data), feed.Options{
		Log: n.log, MaxEvent: int(set.Number(setting.MaxEvent)), UserAgent: "Signalbox/" + n.opt.Version,
		Fault: func(sentence string) { n.server.SetFault("feeds", sentence) },
	})
	n.publisher = publish.New(n.journal, publishLimits(set))
	n.examples = example.New(n.journal, n.publisher, example.Options{
		Log:     n.log,
		Follow:  sampleFeeds{n},
		Memory:  sampleMemory{n.own},
		Clients: func(source string) int { return n.server.Clients(source) },
		Events:  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.server.Events().ServeHTTP(w, r) }),
	})
	var spoken *tls.Config
	if n.cert != nil {
		spoken = n.cert.config()
	}
	n.server = serve.New(serve.Config{
		Journal: n.journal, Publish: n.publisher, Feeds: n.feeds, Samples: n.examples, Settings: n.settings, Sessions: sessions{n.own},
		Examples: n.examples.Handler(), Assets: n.opt.Assets, Version: n.opt.Version,
		Token: n.token, RequireToken: set.Text(setting.Token) != "", Hosts: set.List(setting.Hosts), Origins: set.List(setting.Origins), TLS: spoken,
		Heartbeat: heartbeat(set), Retry: retry(set),
		Log: n.log,
	})
	n.server.SetAddress(n.Address(), n.notice)
}

// Run serves until ctx ends, then closes everything and returns. It is called
// once.
//
// The feeds end first, and then the streams of the samples: the local server
// waits for all who are connected, and the sample feeds are. The rest runs on
// until the server has answered whatever had begun.
func (n *Node) Run(ctx context.Context) error {
	rest, stopRest := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRest()
	var wg sync.WaitGroup
	errs := make(chan error, 3) // one for each part, so that none waits to say its last word
	part := func(ctx context.Context, name, broken string, run func(context.Context) error) {
		wg.Go(func() {
			if err := n.runPart(ctx, name, broken, run); err != nil {
				errs <- err
			}
		})
	}
	following, stopFollowing := context.WithCancel(ctx)
	defer stopFollowing()
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	feedsEnded := make(chan struct{})
	part(following, "feeds", "Feeds are no longer followed.", func(ctx context.Context) error {
		defer close(feedsEnded)
		return n.feeds.Run(ctx)
	})
	context.AfterFunc(ctx, func() {
		<-feedsEnded
		n.examples.HangUp()
		stopServing()
	})
	part(rest, "samples", "The sample events have stopped.", n.examples.Run)
	part(rest, "keep", "Old messages are no longer deleted.", n.keep)

	removeAddress := n.noteAddress()
	served := n.server.Serve(serving, n.listener)
	removeAddress()
	stopFollowing() // where the server ended by itself
	stopRest()
	wg.Wait()
	select {
	case err := <-errs:
		served = errors.Join(served, err)
	default:
	}
	return errors.Join(served, n.Close())
}

// runPart runs a part of the program until ctx ends. When the part ends before
// that, it is logged and shown at once.
func (n *Node) runPart(ctx context.Context, name, broken string, run func(context.Context) error) error {
	err := run(ctx)
	if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	n.log.Error("a part of the program has ended", "part", name, "err", err)
	reason := "Something went wrong inside Signalbox; its log says what."
	if e, ok := errors.AsType[*live.Error](err); ok {
		reason = e.Error()
	}
	n.server.SetFault(name, broken+" "+reason+" Restart Signalbox.")
	return fmt.Errorf("%s: %w", name, err)
}

// Close closes what Open opened and Run has not closed. It may be called
// again.
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

// Address returns where it listens, such as "127.0.0.1:4480".
func (n *Node) Address() string { return n.listener.Addr().String() }

// Notice returns a sentence where it does not listen where the user expects
// it, else "".
func (n *Node) Notice() string { return n.notice }

// URL returns the address as a browser on this machine writes it.
func (n *Node) URL() string {
	if n.cert != nil {
		return "https://" + localHost(n.Address())
	}
	return "http://" + localHost(n.Address())
}

// Exposed returns what listening on another address than loopback means, or "".
func (n *Node) Exposed() string {
	host, _, err := net.SplitHostPort(n.Address())
	if err != nil || loopback(host) {
		return ""
	}
	text := "Other machines reach this Signalbox. Whoever has the token can publish, read everything and change everything."
	if n.cert == nil {
		text += " It travels unencrypted, as the messages do; --tls-self or --tls-cert encrypts them."
	}
	return text
}

// Certificate returns the SHA-256 of the certificate, in hex, and the file that
// it lies in; "" without TLS.
func (n *Node) Certificate() (sum, file string) {
	if n.cert == nil {
		return "", ""
	}
	return n.cert.sum(), n.cert.cert
}

// DashboardURL returns the address that signs a browser in. It holds the
// token: print it for the user, do not log it.
func (n *Node) DashboardURL() string {
	return n.URL() + "/?token=" + url.QueryEscape(n.token)
}

// Window returns the handler for the window's asset server, which needs no
// token because nothing but the window can reach it.
func (n *Node) Window() http.Handler { return n.server.Window() }

// Recall and Remember read and write what the window itself keeps, such as its
// size. Recall returns "" for what was never kept.
func (n *Node) Recall(ctx context.Context, name string) (string, error) {
	value, _, err := n.own.Setting(ctx, "desk."+name)
	return value, err
}

// Remember keeps a value under a name of the window's own.
func (n *Node) Remember(ctx context.Context, name, value string) error {
	return n.own.PutSetting(ctx, "desk."+name, value)
}

// Theme returns the theme that is set: "system", "light" or "dark".
func (n *Node) Theme() string { return n.settings.get().Text(setting.Theme) }

// consoleToken returns the token that is set. Without one it returns the token
// of the console, which the first start makes and stores.
func (n *Node) consoleToken(ctx context.Context) (string, error) {
	if token := n.opt.Settings.Text(setting.Token); token != "" {
		return token, nil
	}
	token, ok, err := n.own.Setting(ctx, "token")
	if err != nil || ok {
		return token, err
	}
	token = rand.Text()
	err = n.own.PutSetting(ctx, "token", token)
	if n.journal.Stats().Fault != "" {
		return token, nil // a history that cannot be written can still be looked at
	}
	return token, err
}

// noteAddress writes the address where `signalbox publish` and `tail` on this
// machine find it, and returns what takes it away again. Behind TLS a second
// line holds the certificate's SHA-256: it may well be for other names than
// 127.0.0.1, or known to nobody.
func (n *Node) noteAddress() (remove func()) {
	file := filepath.Join(n.data, AddressFile)
	write := func() {
		text := n.URL() + "\n"
		if sum, _ := n.Certificate(); sum != "" {
			text += sum + "\n"
		}
		if err := disk.WriteFile(file, []byte(text), 0o600); err != nil {
			n.log.Warn("note the address for publish and tail", "err", err)
			os.Remove(file) // it has the address of an earlier run
		}
	}
	write()
	if n.cert != nil {
		n.cert.mu.Lock()
		n.cert.changed = write
		n.cert.mu.Unlock()
	}
	return func() { os.Remove(file) }
}

// AddressFile is the file in the data folder that holds the URL of the
// Signalbox that runs there, and behind TLS the SHA-256 of its certificate.
const AddressFile = "address"

// keep trims the journal to what the settings keep.
func (n *Node) keep(ctx context.Context) error {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		keep := keepLimits(n.settings.get())
		n.journal.SetKeep(keep)
		_, err := n.journal.Trim(ctx, keep)
		// A store that fails is in the log already, and stays as it is for hours.
		if err != nil && ctx.Err() == nil && n.journal.Stats().Fault == "" {
			n.log.Warn("trim the journal", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-n.trim:
		case <-n.journal.LimitsChanged():
		}
	}
}
