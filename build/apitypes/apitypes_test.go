package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"signalbox/backend/node"
	"signalbox/backend/setting"
)

func TestTheTypesOfTheScreensAreThoseOfGo(t *testing.T) {
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../frontend/src/bridge/types.ts")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("frontend/src/bridge/types.ts is not what the structs say: run make types (%v)", err)
	}
}

func TestAFieldThatJSONLeavesOutIsOptional(t *testing.T) {
	text, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"export type FeedState = 'connecting' | 'open' | 'quiet' | 'waiting' | 'stopped';", // constants
		"  missing: number | null;",                   // a pointer that is always there
		"  health?: Health;",                          // one that is left out
		"  created: string;",                          // from an embedded struct, and encoded by itself
		"  faults: Sentence[];",                       // of another package
		"export interface SavedFeed extends Source {", // an embedded struct that has a name
	} {
		if !strings.Contains(string(text), "\n"+line+"\n") {
			t.Errorf("there is no line %q", line)
		}
	}
}

// asked is a node that answers the requests of its window.
type asked struct {
	*testing.T
	handler http.Handler
}

func open(t *testing.T) asked {
	n, err := node.Open(t.Context(), node.Options{DataFolder: t.TempDir(), Assets: fstest.MapFS{},
		Settings: setting.Values{setting.Addr: "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return asked{t, n.Window()}
}

// request returns the answer to a request.
func (a asked) request(method, path, body string) []byte {
	a.Helper()
	r, err := http.NewRequestWithContext(a.Context(), method, path, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	var w answer
	a.handler.ServeHTTP(&w, r)
	if w.status >= 300 {
		a.Fatalf("%s %s: %d %s", method, path, w.status, &w.Buffer)
	}
	return w.Bytes()
}

// An answer is what a handler writes.
type answer struct {
	bytes.Buffer
	header http.Header
	status int
}

func (a *answer) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}
func (a *answer) WriteHeader(status int) { a.status = status }

// same decodes an answer into a shape that knows all of its fields, and encodes it
// again: nothing may be missing, and nothing may be added.
func same[T any](t asked, answer []byte) {
	t.Helper()
	var shape T
	dec := json.NewDecoder(bytes.NewReader(answer))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&shape); err != nil {
		t.Errorf("%v: %s", err, answer)
		return
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Errorf("more than one value: %s", answer)
	}
	var want, got any
	again, err := json.Marshal(shape)
	if err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(answer, &want) != nil || json.Unmarshal(again, &got) != nil {
		t.Fatal("it is not JSON")
	}
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(got)
	if !bytes.Equal(a, b) {
		t.Errorf("the answer is %s\nthe shape says %s", a, b)
	}
}

func TestWhatIsEncodedByHandHasTheFieldsOfItsShape(t *testing.T) {
	n := open(t)
	same[published](n, n.request("POST", "/channels/a/messages", `{"data":"é","event":"e","id":"chosen","retry":5}`))
	same[published](n, n.request("POST", "/channels/a/messages", `{"data":"é","event":"e","id":"chosen"}`)) // a retry
	same[published](n, n.request("POST", "/channels/a/messages", `{"data":""}`))
	same[published](n, n.request("POST", "/channels/a/messages", `{"data":"`+strings.Repeat("x", 500)+`"}`))
	n.request("POST", "/api/feeds", `{"name":"f","url":"http://127.0.0.1:1/","method":"GET"}`)
	for seen := ""; !bytes.Contains(n.request("GET", "/sources/f/messages", ""), []byte(`"kind":"note"`)); {
		var change struct{ Bell string }
		if err := json.Unmarshal(n.request("GET", "/api/bell?seen="+seen, ""), &change); err != nil {
			t.Fatal(err)
		}
		seen = change.Bell
	}
	for _, path := range []string{"/messages", "/messages?limit=1", "/messages?preview=100", "/sources/f/messages"} {
		same[page](n, n.request("GET", path, ""))
	}
	var newest page
	if err := json.Unmarshal(n.request("GET", "/messages?limit=1", ""), &newest); err != nil {
		t.Fatal(err)
	}
	same[bookmark](n, n.request("PUT", "/api/bookmarks/"+newest.Messages[0].Position.String(), `{"comment":"why"}`))
	same[settings](n, n.request("GET", "/api/settings", ""))
}
