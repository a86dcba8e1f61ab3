package node

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// refusal is an answer with an error.
type refusal struct {
	Error live.Error `json:"error"`
}

// trouble returns the three reports about the store: the banner's
// sentence, the health and a metric. They must agree.
func (r *running) trouble(metric string) string {
	r.t.Helper()
	var state struct {
		Journal struct {
			Fault *live.Text `json:"fault"`
		} `json:"journal"`
	}
	r.ask("GET", "/api/state", "", &state)
	var health refusal
	code := r.ask("GET", "/healthz", "", &health)
	res, err := http.Get(r.URL() + "/metrics")
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	sentence, want, value := "", http.StatusOK, 0
	if fault := state.Journal.Fault; fault != nil {
		if sentence = fault.String(); fault.Code == "" {
			r.t.Errorf("the banner has no code: %+v", fault)
		}
		want, value = http.StatusServiceUnavailable, 1
	}
	if code != want || health.Error.Message != sentence || !strings.Contains(string(text), fmt.Sprintf("\n%s %d\n", metric, value)) {
		r.t.Errorf("the banner says %q, the health %d %q", sentence, code, health.Error.Message)
	}
	return sentence
}

// until waits until there is trouble, or none.
func (r *running) until(metric string, trouble bool) string {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if s := r.sentence(); (s != "") == trouble {
			return r.trouble(metric)
		}
	}
	r.t.Fatalf("after ten seconds: %q", r.sentence())
	return ""
}

func (r *running) sentence() string {
	s := r.journal.Stats()
	if e := s.Trouble(); e != nil {
		return e.Error()
	}
	return ""
}

// publish publishes a text to the channel a.
func (r *running) publish(text string) (int, live.Error) {
	r.t.Helper()
	var e refusal
	return r.ask("POST", "/channels/a/messages", fmt.Sprintf(`{"data":%q}`, text), &e), e.Error
}

func TestARemovedDataFolderStopsPublishersAndIsReported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	r := run(t, Options{DataFolder: dir})
	if code, e := r.publish("before"); code != http.StatusCreated {
		t.Fatal(code, e)
	}
	if s := r.trouble("signalbox_journal_fault"); s != "" {
		t.Fatal(s)
	}
	away := dir + " away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	if code, e := r.publish("into nothing"); code != http.StatusServiceUnavailable || e.Code != "folder_gone" || e.Hint == "" {
		t.Errorf("%d %+v", code, e)
	}
	if s := r.until("signalbox_journal_fault", true); !strings.Contains(s, "gone") {
		t.Error(s)
	}
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	r.until("signalbox_journal_fault", false)
	if code, e := r.publish("after"); code != http.StatusCreated {
		t.Fatal(code, e)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	r.until("signalbox_journal_fault", true)
	if err := r.stop(); !errors.Is(err, &live.Error{Code: "folder_gone"}) {
		t.Errorf("at the end: %v", err)
	}
}

func TestADamagedHistoryIsReadAroundAndReported(t *testing.T) {
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir})
	const n = 1500
	source, err := r.journal.AddSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	drafts := make([]live.Draft, n)
	for i := range drafts {
		drafts[i] = live.Draft{Source: source.ID, Data: fmt.Sprintf("<%d>%s", i+1, strings.Repeat("x", 150))}
	}
	if _, err := r.journal.AppendAll(t.Context(), drafts); err != nil {
		t.Fatal(err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "signalbox.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	at := bytes.Index(file, []byte("<750>")) / page * page
	copy(file[at:at+page], make([]byte, page))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}

	r = run(t, Options{DataFolder: dir})
	req, err := http.NewRequestWithContext(t.Context(), "GET", r.URL()+"/events/a?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var text []byte
	for b := make([]byte, 64<<10); !bytes.Contains(text, []byte("<1500>")); {
		n, err := res.Body.Read(b)
		if err != nil {
			t.Fatalf("the stream ends: %v", err)
		}
		text = append(text, b[:n]...)
	}
	if !bytes.Contains(text, []byte("<700>")) || !bytes.Contains(text, []byte("event: gap\n")) || !bytes.Contains(text, []byte(`"code":"damaged"`)) {
		t.Error("a stream has no gap, or not what lies around it")
	}
	if s := r.trouble("signalbox_journal_damaged"); !strings.Contains(s, "damaged") {
		t.Error(s)
	}
	var got struct {
		Messages []struct {
			Kind string
			Gap  *live.Gap
		}
	}
	if code := r.ask("GET", "/sources/a/messages?after="+r.journal.Epoch()+".600&limit=300", "", &got); code != http.StatusOK {
		t.Fatalf("a page: %d", code)
	}
	gaps := 0
	for _, m := range got.Messages {
		if m.Gap != nil && m.Kind == "gap" && m.Gap.Code == "damaged" && m.Gap.Missing != nil && *m.Gap.Missing > 0 {
			gaps++
		}
	}
	if gaps != 1 {
		t.Errorf("a page has %d gaps", gaps)
	}
	if code, e := r.publish("after"); code != http.StatusCreated {
		t.Error(code, e)
	}
}
