package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

var at = time.Date(2026, 11, 21, 14, 2, 8, 132_000_000, time.Local)

func TestATerminalIsNotDrivenByAStream(t *testing.T) {
	out := new(strings.Builder)
	p := &printer{out: out}
	if err := p.message(live.Draft{Type: "evil", Data: "\x1b[2Jgone\aé\tkept\nsecond\rline", ID: "7", Received: at}); err != nil {
		t.Fatal(err)
	}
	want := "14:02:08.132  evil  \uFFFD[2Jgone\uFFFDé\tkept  7\n              second\uFFFDline\n"
	if out.String() != want {
		t.Errorf("%q, want %q", out, want)
	}
}

func TestAPipeGetsOneJSONObjectALine(t *testing.T) {
	out := new(strings.Builder)
	p := &printer{out: out, json: true}
	retry := int64(0)
	if err := p.message(live.Draft{Type: "message", Data: "two\nlines <&>", Retry: &retry, Received: at}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("%q", out)
	}
	var l line
	if err := json.Unmarshal([]byte(out.String()), &l); err != nil {
		t.Fatal(err)
	}
	if *l.Data != "two\nlines <&>" || l.Event != "message" || l.Retry == nil || !l.Received.Equal(at) {
		t.Errorf("%+v", l)
	}
}

func TestAGapIsPrintedWithItsReason(t *testing.T) {
	out := new(strings.Builder)
	p := &printer{out: out}
	if err := p.message(live.Draft{Kind: live.GapKind, Data: `{"missing":3,"code":"trimmed","reason":"3 messages were trimmed."}`, Received: at}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "3 messages were trimmed.") {
		t.Errorf("%q", out)
	}
}
