package serve

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/exports"
)

func (s *running) export(query string) (resp *http.Response, text string, err error) {
	s.t.Helper()
	resp, err = http.Get(s.url + "/export?" + query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

func TestAnExportHasWhatAFilterShowsWithGapsAndNotesInEachForm(t *testing.T) {
	s := start(t, nil)
	orders, stock := s.source("orders"), s.source("stock, \"new\"")
	retry := int64(3000)
	s.append(
		live.Draft{Source: orders, Type: "order.paid", ID: "88405", Data: `{"order":1,"total":12.50,"items":[{"sku":"A"}],"note":"=1+1"}`, Retry: &retry},
		live.Draft{Source: stock, Type: "message", Data: "two\nlines, ```fenced```"},
		live.Draft{Source: orders, Kind: live.GapKind, Type: "gap", Data: `{"missing":3,"code":"disconnected","reason":"The connection was <lost>."}`},
		live.Draft{Source: orders, Kind: live.NoteKind, Type: "note", Data: `{"code":"opened","reason":"Connected."}`},
		live.Draft{Source: orders, Type: "order.paid", ID: "88405", Data: `=HYPERLINK("http://x")`},
		live.Draft{Source: orders, Type: "refund", ID: "r", Data: "-5.50"},
	)
	q := url.Values{"q": {"-refund"}}.Encode()

	resp, text, err := s.export(q)
	if err != nil || resp.Trailer.Get(exports.Trailer) != "complete" || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment; filename=signalbox-") {
		t.Errorf("%v %v %v", err, resp.Trailer, resp.Header)
	}
	var kinds []string
	for line := range strings.Lines(text) {
		var m struct{ Kind, Position string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		kinds = append(kinds, m.Kind)
	}
	if want := []string{"event", "event", "gap", "note", "event"}; !slices.Equal(kinds, want) {
		t.Errorf("%v, want %v\n%s", kinds, want, text)
	}

	_, text, _ = s.export("format=csv&column=source&column=kind&column=id&column=data&column=missing&column=reason&column=$.total&column=$.items&column=$.note")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err, text)
	}
	for i, want := range [][]string{
		{"source", "kind", "id", "data", "missing", "reason", "$.total", "$.items", "$.note"},
		{"orders", "event", "88405", `{"order":1,"total":12.50,"items":[{"sku":"A"}],"note":"=1+1"}`, "", "", "12.50", `[{"sku":"A"}]`, "'=1+1"},
		{"stock, \"new\"", "event", s.position(2), "two\nlines, ```fenced```", "", "", "", "", ""},
		{"orders", "gap", "", "", "3", "The connection was <lost>.", "", "", ""},
		{"orders", "note", "", "", "", "Connected.", "", "", ""},
		{"orders", "event", s.position(5), `'=HYPERLINK("http://x")`, "", "", "", "", ""},
		{"orders", "event", "r", "-5.50", "", "", "", "", ""},
	} {
		if !slices.Equal(rows[i], want) {
			t.Errorf("row %d: %q, want %q", i, rows[i], want)
		}
	}
	if _, text, _ = s.export("format=csv&raw=1&bom=1&column=data&q=id:88405+is:event"); !strings.HasPrefix(text, "\uFEFFdata\n") || !strings.Contains(text, `"=HYPERLINK(""http`) {
		t.Errorf("raw: %q", text)
	}

	_, text, _ = s.export("format=md&source=orders")
	for _, want := range []string{"## `order.paid`", "missing: 3 · The connection was \\<lost\\>.", "```json\n{\"order\":1", "Complete: 5 messages, up to `" + s.position(6)} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if _, text, _ = s.export("format=md&q=source:stock*"); !strings.Contains(text, "````\ntwo\nlines, ```fenced```\n````\n") {
		t.Error(text)
	}

	_, text, _ = s.export("format=sse")
	for _, want := range []string{"\nevent: order.paid\nid: 88405\nretry: 3000\ndata: {\"order\"", "\nid: " + s.position(2) + "\ndata: two\ndata: lines", "\nevent: gap\ndata: {\"missing\":3", ", note: Connected.\n", "\nevent: order.paid\nid: 88405\ndata: =HYPER", "\n: complete, 6 messages"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	for query, code := range map[string]string{"format=pdf": "bad_format", "format=csv&column=x": "bad_columns", "column=data": "bad_columns", "q=foo:bar": "bad_filter", "source=nobody": "not_found", "id=" + strings.Repeat("x", 65): "bad_id"} {
		if resp, text, _ := s.export(query); !strings.Contains(text, `"code":"`+code+`"`) {
			t.Errorf("%s: %s %s", query, resp.Status, text)
		}
	}
}

func TestAnExportOfAFilterThatSelectsLittleSkipsToItsMatchesAndKeepsGaps(t *testing.T) {
	s := start(t, nil)
	a := s.source("a")
	var drafts []live.Draft
	for i := range 90_000 { // more than are in memory
		d := live.Draft{Source: a, Type: "tick", Data: fmt.Sprint("x", i)}
		if i%20_001 == 0 {
			d.Data = "needle " + d.Data
		}
		if i == 50_000 {
			d = live.Draft{Source: a, Kind: live.GapKind, Type: "gap", Data: `{"missing":null,"code":"unknown_id","reason":"r"}`}
		}
		drafts = append(drafts, d)
	}
	s.append(drafts...)
	_, text, err := s.export("q=needle&after=" + s.position(1))
	if n := strings.Count(text, `"data":"needle`); err != nil || n != 4 || strings.Count(text, `"kind":"gap"`) != 1 {
		t.Errorf("%d, %v: %s", n, err, text)
	}
	_, text, err = s.export("source=a&before=" + s.position(70_001))
	if n := strings.Count(text, "\n"); err != nil || n != 70_000 {
		t.Errorf("%d lines, %v", n, err)
	}
}

func TestMessagesThatAreTrimmedDuringAnExportAreAGapInIt(t *testing.T) {
	s := start(t, nil)
	a := s.source("a")
	var drafts []live.Draft
	for range 2000 {
		drafts = append(drafts, live.Draft{Source: a, Data: strings.Repeat("x", 20_000)})
	}
	for chunk := range slices.Chunk(drafts, 200) {
		s.append(chunk...)
	}
	resp, err := http.Get(s.url + "/export?id=mine")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	// It stands still, because nobody reads, and everything but the newest is trimmed.
	time.Sleep(300 * time.Millisecond)
	if _, err := s.journal.Trim(t.Context(), live.Keep{Messages: 10}); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	events := int64(bytes.Count(text, []byte(`"kind":"event"`)))
	var missing int64
	for line := range bytes.Lines(text) {
		var m struct{ Gap *live.Gap }
		if json.Unmarshal(line, &m) == nil && m.Gap != nil {
			missing += *m.Gap.Missing
		}
	}
	if err != nil || events == 2000 || events+missing != 2000 {
		t.Errorf("%d events and %d missing, %v", events, missing, err)
	}
}

func TestAnExportThatIsNotCompleteEndsWithAnErrorAndSaysHowFarItWas(t *testing.T) {
	s := start(t, nil)
	a := s.source("a")
	for range 20 {
		s.append(live.Draft{Source: a, Data: strings.Repeat("x", 4<<20)})
	}
	progress := func(id string) (p exports.Progress) {
		_, text := s.do("GET", "/exports/"+id, "")
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err, text)
		}
		return p
	}
	begin := func(id string) *http.Response {
		resp, err := http.Get(s.url + "/export?format=sse&id=" + id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, resp.Body, 5<<20); err != nil {
			t.Fatal(err)
		}
		return resp
	}
	stopped, left := begin("stopped"), begin("left")
	await(t, 10*time.Second, "it is under way", func() bool { return progress("stopped").Position.Number > 0 })
	if p := progress("stopped"); p.State != exports.Running || p.Last.Number != 20 || p.Bytes < 4<<20 {
		t.Errorf("%+v", p)
	}
	if resp, text := s.do("DELETE", "/exports/stopped", ""); resp.StatusCode != 204 {
		t.Error(resp.Status, text)
	}
	if b, err := io.ReadAll(stopped.Body); err == nil || bytes.Contains(b, []byte(": complete")) {
		t.Error("a cancelled export looks complete")
	}
	left.Body.Close()
	for _, id := range []string{"stopped", "left"} {
		await(t, 10*time.Second, id+" ends", func() bool { return progress(id).State == exports.Cancelled })
	}
	// Four at once, and no fifth.
	for i := range 4 {
		defer begin(fmt.Sprint(i)).Body.Close()
	}
	if resp, text := s.do("GET", "/export", ""); resp.StatusCode != 503 || !strings.Contains(text, "busy_exports") {
		t.Errorf("%s %.200s", resp.Status, text)
	}
	if resp, _ := s.do("GET", "/exports/nobody", ""); resp.StatusCode != 404 {
		t.Error(resp.Status)
	}
}

// source adds a channel and returns its id.
func (s *running) source(name string) int64 {
	s.t.Helper()
	src, err := s.journal.AddSource(s.t.Context(), live.Source{Name: name, Kind: live.ChannelSource})
	if err != nil {
		s.t.Fatal(err)
	}
	return src.ID
}

func (s *running) append(drafts ...live.Draft) {
	s.t.Helper()
	if _, err := s.journal.AppendAll(s.t.Context(), drafts); err != nil {
		s.t.Fatal(err)
	}
}
