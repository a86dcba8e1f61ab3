package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/setting"
	"signalbox/backend/sqlite"
)

// A running is a node under test with what it needs to be asked.
type running struct {
	*Node
	t    *testing.T
	stop func() error
}

func run(t *testing.T, opt Options) *running {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:") // secrets go to the file
	if opt.DataFolder == "" {
		opt.DataFolder = t.TempDir()
	}
	if !opt.Settings.Set(setting.Addr) {
		opt.Settings = opt.Settings.With(setting.Values{setting.Addr: "127.0.0.1:0"})
	}
	opt.Assets = fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Signalbox</title>")}}
	opt.Version = "test"
	n, err := Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	r := &running{Node: n, t: t}
	stopped := false
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(15 * time.Second):
			return errors.New("it did not stop within 15 seconds")
		}
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// shown is what the settings screen gets, as far as the tests look at it.
type shown struct {
	Theme     string
	Port      int64
	Keep      live.Keep
	Heartbeat int64 `json:"heartbeat_s"`
	MaxEvent  int64 `json:"max_event"`
	Restart   []string
	Fixed     []string
}

// ask sends a request to the console's API and decodes the answer.
func (r *running) ask(method, path, body string, into any) int {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.URL()+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if into != nil {
		if err := json.NewDecoder(bytes.NewReader(b)).Decode(into); err != nil {
			r.t.Fatalf("%s %s: %s: %s", method, path, res.Status, b)
		}
	}
	return res.StatusCode
}

func TestIfThePortIsInUseTheNextFreeOneIsUsedWithANotice(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	port := other.Addr().(*net.TCPAddr).Port
	l, notice, err := listen("", port, "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	used := l.Addr().(*net.TCPAddr).Port
	if used == port || used > port+portsToTry {
		t.Errorf("it listens on %d", used)
	}
	if want := fmt.Sprintf("Port %d is taken by another program; %d is used instead.", port, used); notice.English != want || notice.Code != "port_taken" {
		t.Errorf("notice %+v", notice)
	}
	if _, _, err := listen(other.Addr().String(), port, ""); !errors.Is(err, &live.Error{Code: "address_taken"}) {
		t.Errorf("an address that was asked for: %v", err)
	}
}

func TestOnlyATokenOpensOtherAddressesThanLoopback(t *testing.T) {
	if _, _, err := listen("0.0.0.0:0", 0, ""); !errors.Is(err, &live.Error{Code: "token_needed"}) {
		t.Errorf("without a token: %v", err)
	}
	l, _, err := listen("0.0.0.0:0", 0, "secret")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestSettingsAreStoredAndWrongOnesChangeNothing(t *testing.T) {
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir})
	var got shown
	if code := r.ask("PUT", "/api/settings", `{"theme":"light","keep":{"messages":1000,"bytes":0,"age_days":7}}`, &got); code != 200 {
		t.Fatalf("status %d", code)
	}
	for _, c := range []struct{ body, field string }{
		{`{"theme":"pink"}`, "theme"},
		{`{"port":70000}`, "port"},
		{`{"prot":4481}`, "prot"},
		{`{"heartbeat_s":0,"theme":"dark"}`, "heartbeat_s"},
		{`{"keep":{"messages":-1}}`, "keep.messages"},
		{`{"data":"not/whole"}`, "data"},
	} {
		var answer struct{ Error live.Error }
		if code := r.ask("PUT", "/api/settings", c.body, &answer); code < 400 || code > 499 || answer.Error.Field != c.field {
			t.Errorf("%s: %d %+v", c.body, code, answer.Error)
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = run(t, Options{DataFolder: dir})
	r.ask("GET", "/api/settings", "", &got)
	if got.Theme != "light" || got.Keep != (live.Keep{Messages: 1000, Age: 7 * 24 * time.Hour}) || got.Heartbeat != 15 {
		t.Errorf("after a restart: %+v", got)
	}
}

func TestAFixedSettingIsNotChangedOnTheScreen(t *testing.T) {
	r := run(t, Options{Settings: setting.Values{setting.Addr: "127.0.0.1:0"}})
	var got shown
	r.ask("GET", "/api/settings", "", &got)
	if !strings.HasSuffix(r.URL(), fmt.Sprint(":", got.Port)) || len(got.Fixed) != 1 {
		t.Errorf("%s: %+v", r.URL(), got)
	}
	var answer struct{ Error live.Error }
	if code := r.ask("PUT", "/api/settings", `{"port":5000}`, &answer); code < 400 || answer.Error.Code != "fixed" {
		t.Errorf("%d %+v", code, answer.Error)
	}
}

func TestAnAddressOfOneRunIsNotKept(t *testing.T) {
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir}) // at a port that was asked for
	var s shown
	if code := r.ask("PUT", "/api/settings", `{"theme":"dark"}`, &s); code != http.StatusOK || s.Port == setting.Port.Number() {
		t.Fatalf("%d %+v", code, s)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	// Opened without an address it would listen on the port of the settings,
	// which another test may use at the same time. So only these are read.
	store, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	n := &Node{data: dir, log: slog.New(slog.DiscardHandler), store: store, installation: store.Installation()}
	next, err := loadSettings(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	if next.current.Text(setting.Theme) != "dark" || next.current.Set(setting.Port) {
		t.Errorf("the next start has %+v", next.current)
	}
}

func TestAnotherDataFolderIsStoredForTheNextStart(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state", "data-folder")
	other := filepath.Join(t.TempDir(), "elsewhere")
	r := run(t, Options{FolderFile: folder})
	var got shown
	if code := r.ask("PUT", "/api/settings", fmt.Sprintf(`{"data":%q}`, other), &got); code != 200 {
		t.Fatalf("status %d", code)
	}
	if len(got.Restart) != 1 || got.Restart[0] != "data" {
		t.Errorf("restart %v", got.Restart)
	}
	if b, err := os.ReadFile(folder); err != nil || strings.TrimSpace(string(b)) != other {
		t.Errorf("%q, %v", b, err)
	}
}

func TestTheAddressFileHasTheAddressWhileItRuns(t *testing.T) {
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir})
	r.ask("GET", "/healthz", "", nil)
	b, err := os.ReadFile(filepath.Join(dir, AddressFile))
	if err != nil || strings.TrimSpace(string(b)) != r.URL() {
		t.Errorf("%q, %v", b, err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, AddressFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestTwoNodesDoNotShareAFolder(t *testing.T) {
	dir := t.TempDir()
	run(t, Options{DataFolder: dir})
	_, err := Open(t.Context(), Options{DataFolder: dir, Settings: setting.Values{setting.Addr: "127.0.0.1:0"}})
	if !errors.Is(err, &live.Error{Code: "in_use"}) {
		t.Fatal(err)
	}
}

func TestALowerLimitTrimsSoonAfterItIsSet(t *testing.T) {
	r := run(t, Options{})
	for i := range 50 {
		if code := r.ask("POST", "/channels/a/messages", fmt.Sprintf(`{"data":"%d"}`, i), nil); code != 201 {
			t.Fatalf("status %d", code)
		}
	}
	if code := r.ask("PUT", "/api/settings", `{"keep":{"messages":10,"bytes":0,"age_days":0}}`, nil); code != 200 {
		t.Fatalf("status %d", code)
	}
	var state struct{ Journal struct{ Messages int } }
	for range 100 {
		if r.ask("GET", "/api/state", "", &state); state.Journal.Messages == 10 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d messages are kept", state.Journal.Messages)
}

func TestASourceCanHaveLimitsOfItsOwn(t *testing.T) {
	data := t.TempDir()
	r := run(t, Options{DataFolder: data})
	type sources struct {
		Sources []struct {
			Name     string
			Messages int64
			Keep     *live.Keep
		}
	}
	kept := func(r *running, source string) (n int64, keep live.Keep) {
		t.Helper()
		var all sources
		r.ask("GET", "/api/state", "", &all)
		for _, s := range all.Sources {
			if s.Name == source && s.Keep != nil {
				return s.Messages, *s.Keep
			}
		}
		return -1, keep
	}
	waitFor := func(r *running, source string, want int64) {
		t.Helper()
		for range 200 {
			if n, _ := kept(r, source); n == want {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		n, keep := kept(r, source)
		t.Fatalf("%d messages of %s are kept, %+v", n, source, keep)
	}
	publish := func(r *running, n int) {
		t.Helper()
		for range n {
			if code := r.ask("POST", "/channels/a/messages", `{"data":"x"}`, nil); code != 201 {
				t.Fatalf("status %d", code)
			}
		}
	}
	publish(r, 30)
	feed := fmt.Sprintf(`{"name":"copy","url":%q,"proxy":"direct","keep":{"messages":5}}`, r.URL()+"/examples/none")
	if code := r.ask("POST", "/api/feeds", feed, nil); code != 201 {
		t.Fatalf("status %d", code)
	}
	if code := r.ask("PUT", "/api/channels/a", `{"keep":{"messages":10}}`, nil); code != 200 {
		t.Fatalf("status %d", code)
	}
	waitFor(r, "a", 10) // within seconds, not at the next look at ages
	publish(r, 7)
	waitFor(r, "a", 10)
	if _, keep := kept(r, "copy"); keep.Messages != 5 {
		t.Errorf("the feed: %+v", keep)
	}
	var fd map[string]json.RawMessage
	if r.ask("GET", "/api/feeds/copy", "", &fd); string(fd["keep"]) != `{"messages":5,"bytes":0,"age_days":0}` {
		t.Errorf("the feed's settings: %s", fd["keep"])
	}
	if code := r.ask("PUT", "/api/feeds/copy", strings.Replace(feed, `"messages":5`, `"bytes":7`, 1), nil); code != 200 {
		t.Fatalf("status %d", code)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = run(t, Options{DataFolder: data})
	if n, keep := kept(r, "a"); n != 10 || keep != (live.Keep{Messages: 10}) {
		t.Errorf("after a restart: %d messages, %+v", n, keep)
	}
	if _, keep := kept(r, "copy"); keep != (live.Keep{Bytes: 7}) {
		t.Errorf("the feed after a restart: %+v", keep)
	}
	publish(r, 3)
	waitFor(r, "a", 10)
}

func TestAFeedOfANodeArrivesInAnother(t *testing.T) {
	up, down := run(t, Options{}), run(t, Options{})
	up.ask("POST", "/channels/news/messages", `{"data":"first","event":"bulletin","id":"n1"}`, nil)
	feed := fmt.Sprintf(`{"name":"copy","url":%q,"method":"GET","proxy":"direct"}`, up.URL()+"/events/news?after=0")
	if code := down.ask("POST", "/api/feeds", feed, nil); code != 201 {
		t.Fatalf("status %d", code)
	}
	type message struct{ Kind, Event, ID, Data string }
	var page struct{ Messages []message }
	for range 200 { // the first is the note that it connected
		if down.ask("GET", "/sources/copy/messages", "", &page); len(page.Messages) == 2 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(page.Messages) != 2 || page.Messages[0].Kind != "note" || page.Messages[1] != (message{"event", "bulletin", "n1", "first"}) {
		t.Fatalf("%+v", page.Messages)
	}
}

func TestARefusedPageIsShownAndMayPublishOnceItIsAllowed(t *testing.T) {
	const origin = "http://localhost:5173"
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir})
	publish := func() int {
		req, err := http.NewRequest("POST", r.URL()+"/channels/x/messages", strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", origin)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	var state struct {
		Server struct {
			Refused []struct {
				Origin, Path string
				Count        int64
			}
		}
	}
	refused := func() string {
		state.Server.Refused = nil
		r.ask("GET", "/api/state", "", &state)
		return fmt.Sprint(state.Server.Refused)
	}
	if code, list := publish(), refused(); code != 403 || list != "[{"+origin+" /channels/x/messages 1}]" {
		t.Errorf("%d, %s", code, list)
	}
	if code := r.ask("DELETE", "/api/refused?origin="+url.QueryEscape(origin), "", nil); code != 204 || refused() != "[]" {
		t.Errorf("%d, %s", code, refused())
	}
	publish()
	var answer struct {
		Error   live.Error
		Origins []string
	}
	for _, wrong := range []string{`["*"]`, `["localhost:5173/"]`, `["http://localhost:5173/page"]`, `"http://localhost"`, `[1]`} {
		if code := r.ask("PUT", "/api/settings", `{"origins":`+wrong+`}`, &answer); code != 400 || answer.Error.Field != "origins" {
			t.Errorf("%s: %d %+v", wrong, code, answer.Error)
		}
	}
	if code := r.ask("PUT", "/api/settings", `{"origins":["`+origin+`"]}`, &answer); code != 200 || !slices.Equal(answer.Origins, []string{origin}) {
		t.Errorf("%d %v", code, answer.Origins)
	}
	if code, list := publish(), refused(); code != 201 || list != "[]" {
		t.Errorf("allowed: %d, %s", code, list)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = run(t, Options{DataFolder: dir})
	if code := publish(); code != 201 {
		t.Errorf("after a restart: %d", code)
	}
	r.ask("PUT", "/api/settings", `{"origins":[]}`, &answer)
	if code := publish(); code != 403 || len(answer.Origins) != 0 {
		t.Errorf("withdrawn: %d %v", code, answer.Origins)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = run(t, Options{DataFolder: dir, Settings: setting.Values{setting.Origins: []string{"https://fixed.example"}}})
	if code := r.ask("PUT", "/api/settings", `{"origins":["`+origin+`"]}`, &answer); code != 409 || answer.Error.Code != "fixed" {
		t.Errorf("fixed: %d %+v", code, answer.Error)
	}
}
