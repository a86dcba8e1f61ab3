package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

func TestNoCellOfACSVBeginsLikeAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1+1": "'+1+1", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)", " =1": "' =1", "\t=1": "'\t=1", "\n=1": "'\n=1", "\tx": "'\tx",
		"＝1": "'＝1", "　=1": "'　=1", "-": "'-", "-Inf": "'-Inf", "+0x10": "'+0x10", "-2+3": "'-2+3",
		"-5.50": "-5.50", "+3e-7": "+3e-7", "12.50": "12.50", "": "", " x": " x", "a=b": "a=b", `{"a":"=1"}`: `{"a":"=1"}`, "支付": "支付",
	} {
		e, err := New(Options{Format: CSV, Columns: []string{"data"}})
		if err != nil {
			t.Fatal(err)
		}
		m := live.Message{Number: 1, Draft: live.Draft{Type: "message", Data: text}}
		rows, err := csv.NewReader(strings.NewReader(string(e.Message(nil, "s", &m)))).ReadAll()
		if text == "" {
			rows = [][]string{{""}} // a reader skips the empty line
		}
		if err != nil || len(rows) != 1 || rows[0][0] != want {
			t.Errorf("%q: %q %v, want %q", text, rows, err, want)
		}
	}
}

func TestNothingInAMessageIsMarkupInMarkdown(t *testing.T) {
	e, _ := New(Options{Format: Markdown, About: "a`b"})
	m := live.Message{Number: 1, Draft: live.Draft{Type: "`x", ID: "<b>", Data: "````\n# not a heading"}}
	text := string(e.Message(e.Begin(nil), "a*b*", &m))
	for _, want := range []string{"\n``a`b``\n", "## `` `x ``\n", "`a*b*`", "id `<b>`", "\n`````\n````\n# not a heading\n`````\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// What a file has is what our own client of the standard reads from it.
func TestAnSSEClientReadsEventDataAndIDExactly(t *testing.T) {
	drafts := []live.Draft{
		{Type: "message", ID: "1", Data: ""},
		{Type: "order.paid", ID: " 1 ", Data: " a\n\n b:\n: c\ndata: d\n"},
		{Type: "支付", ID: "1", Data: "{\"x\":\"\u2028\"}"},
	}
	e, _ := New(Options{Format: SSE, Epoch: "k3f9", About: "two\nlines\n\ndata: x"})
	text := e.Begin(nil)
	for i, d := range drafts {
		d.Received = time.Now()
		text = e.Message(text, "a\nid: 7", &live.Message{Number: int64(i + 1), Draft: d, DuplicateID: i > 0})
	}
	text = e.End(text, Summary{})
	var got []live.Draft
	client := eventstream.Client{
		Open: func(context.Context) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(text))}, nil
		},
		MaxEvent: func() int { return 1 << 20 },
		Handler: eventstream.Handler{Event: func(event eventstream.Event) bool {
			got = append(got, live.Draft{Type: event.Type, ID: event.LastEventID, Data: event.Data})
			return true
		}},
	}
	if err := client.Run(t.Context()); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if !slices.EqualFunc(got, drafts, func(a, b live.Draft) bool { return a.Type == b.Type && a.ID == b.ID && a.Data == b.Data }) {
		t.Errorf("%+v\n%s", got, text)
	}
}
