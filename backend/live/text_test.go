package live

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestASentenceIncludesItsParameters(t *testing.T) {
	for _, c := range []struct {
		format, want string
		args         []any
	}{
		{"Nothing.", "Nothing.", nil},
		{"There is no feed called {name}.", "There is no feed called a & <b>.", []any{"name", "a & <b>"}},
		{"{n} of {most}.", "7 of 9000000000000000.", []any{"n", 7, "most", int64(9_000_000_000_000_000)}},
		{"Silent for {silent_ms}.", "Silent for 1.5 s.", []any{"silent_ms", 1500 * time.Millisecond}},
		{"Silent for {silent_ms}.", "Silent for 3 h 05 min.", []any{"silent_ms", 185 * time.Minute}},
		{"The limit is {limit_bytes}.", "The limit is 16 MiB.", []any{"limit_bytes", 16 << 20}},
		{"It failed: {error}.", "It failed: disk on fire.", []any{"error", errors.New("disk on fire.")}},
		{"It failed: {error}.", "It failed: no space left on device.", []any{"error", &fs.PathError{Op: "write", Path: "/a", Err: syscall.ENOSPC}}},
		{"{host} is away.", "The proxy is away.", []any{"host", Textf("host/proxy", "the proxy")}},
		{"Lost {host}.", "Lost the proxy.", []any{"host", Textf("host/proxy", "the proxy")}},
		{"{host} is away.", "the.proxy is away.", []any{"host", "the.proxy"}},
		{"{a}", "Wrong. Mend it.", []any{"a", Errorf("b", "Wrong.").WithHint("Mend it.")}},
		{"Changed: {names}.", "Changed: a, b.", []any{"names", []string{"a", "b"}}},
		{"Use {methods_or}.", "Use GET, PUT or POST.", []any{"methods_or", []string{"GET", "PUT", "POST"}}},
		{"Since {begin_date}.", "Since 2026-11-21.", []any{"begin_date", time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)}},
		{`Write {"data":"{x}"} or {other}.`, `Write {"data":"{y}"} or {other}.`, []any{"x", "{y}"}},
		{"{a", "{a", []any{"a", 1}},
		{"{name}", `a\x0ab\x1b[31m`, []any{"name", "a\nb\x1b[31m"}},
		{"{name}", "a\uFFFD", []any{"name", "a\xff"}},
	} {
		if got := Textf("x", c.format, c.args...).English; got != c.want {
			t.Errorf("%q with %v: %q, not %q", c.format, c.args, got, c.want)
		}
	}
}

func TestAnErrorHasTheCodeOfItsSentence(t *testing.T) {
	e := Errorf("not_found/feed", `There is no feed called "{name}".`, "name", "a", "count", 3).WithHint("There are {count} others.")
	b, err := json.Marshal(e)
	if err != nil || string(b) != `{"code":"not_found","message":"There is no feed called \"a\".","hint":"There are 3 others.",`+
		`"text":"not_found/feed","params":{"count":3,"name":"a"}}` {
		t.Errorf("%s, %v", b, err)
	}
	b, err = json.Marshal(Errorf("closed", "Signalbox is closing."))
	if err != nil || string(b) != `{"code":"closed","message":"Signalbox is closing."}` {
		t.Errorf("a code with one sentence: %s, %v", b, err)
	}
}

func TestTwoSentencesShareTheirParameters(t *testing.T) {
	lost := Textf("lost/after", "The connection was lost after {open_ms}.", "open_ms", time.Minute)
	refused := Textf("refused", "Connection refused by {host}.", "host", "a:80").WithHint("Check {host}.")
	n := NewNote(lost.Then(refused))
	want := Note{Code: "lost", Reason: "The connection was lost after 60 s. Connection refused by a:80.",
		Text: "lost/after refused", Params: `{"host":"a:80","open_ms":60000}`}
	if n != want {
		t.Errorf("%+v", n)
	}
	if e := lost.Then(refused).AsError(); e.Code != "lost" || e.Hint != "Check a:80." {
		t.Errorf("%+v", e)
	}
	g := Gap{Code: "restarted"}.Because(lost)
	if g.Code != "restarted" || g.Text != "lost/after" || g.Reason != lost.English {
		t.Errorf("%+v", g)
	}
}

func TestParametersReadBackFromJSON(t *testing.T) {
	g := Gap{}.Because(Textf("limit", "{n} left out of {name}.", "n", int64(1<<62), "name", `<"é">`))
	b, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	var back Gap
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(b) || back.Params != g.Params {
		t.Errorf("%s, %s, %v", b, again, err)
	}
	for in, want := range map[string]Params{
		`{"code":"c","reason":"r"}`:                            "",
		`{"code":"c","reason":"r","params":{}}`:                "",
		`{"code":"c","reason":"r","params":null}`:              "",
		`{"code":"c","reason":"r","params":{ "n" : 1 }}`:       `{"n":1}`,
		`{"params":{"n":"` + strings.Repeat("x", 9000) + `"}}`: "",
	} {
		var g Gap
		if err := json.Unmarshal([]byte(in), &g); err != nil || g.Params != want {
			t.Errorf("%.60s: %q, %v", in, g.Params, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"params":[1]}`), new(Gap)); err == nil {
		t.Error("a list was taken for parameters")
	}
}

func TestALongParameterIsCut(t *testing.T) {
	e := Errorf("x", "{name}", "name", strings.Repeat("é", 1000))
	if len(e.Message) > MaxParam || !strings.HasSuffix(e.Message, "é…") {
		t.Errorf("%d bytes: %s", len(e.Message), e.Message)
	}
}

func TestASentenceInsideAnotherKeepsItsCodeAndParameters(t *testing.T) {
	inner := Errorf("name_taken", "There is {name}.", "name", "a").WithHint("Rename {name}.")
	outer := Textf("part", "{reason}", "reason", inner).Then(Textf("restart", "Restart."))
	want := `{"reason":{"code":"name_taken","hint":"Rename a.","message":"There is a.","params":{"name":"a"}}}`
	if string(outer.Params) != want || outer.English != "There is a. Rename a. Restart." {
		t.Errorf("%s, %s", outer.Params, outer.English)
	}
	if g := Cause(errors.New("a\x1b")); g.Code != "" || Textf("x", "{r}", "r", g).English != `a\x1b` {
		t.Errorf("%+v", g)
	}
}
