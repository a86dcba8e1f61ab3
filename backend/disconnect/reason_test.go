package disconnect_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

func TestAClippedSentenceIsValidUTF8AndBounded(t *testing.T) {
	long := &disconnect.Reason{Code: "type", Message: strings.Repeat("é", 50_000) + ".", Hint: "Check the address."}
	c := long.Clipped()
	if len(c.Message) > disconnect.MaxMessage+len("…") || !utf8.ValidString(c.Message) || !strings.HasSuffix(c.Message, "…") || c.Hint != long.Hint {
		t.Errorf("%d bytes: %+v", len(c.Message), c)
	}
	if short := disconnect.Because(live.Textf("type", "Short.")); short.Clipped() != short {
		t.Error("a short sentence was copied")
	}
}

func TestOnlyUnwantedDisconnectsCountAsDown(t *testing.T) {
	for code, want := range map[string]struct {
		down bool
		gap  string
	}{
		"":            {false, "disconnected"},
		"no_content":  {false, "disconnected"},
		"ended":       {false, "restarted"},
		"paused":      {false, "paused"},
		"removed":     {false, "removed"},
		"reconnected": {false, "reconnected"},
		"edited":      {false, "edited"},
		"asleep":      {true, "disconnected"},
		"closed":      {true, "disconnected"},
		"dns":         {true, "disconnected"},
	} {
		if got := disconnect.CountsAsDown(code); got != want.down {
			t.Errorf("%q counts as down: %v", code, got)
		}
		if got := disconnect.GapCode(code); got != want.gap {
			t.Errorf("%q leaves the gap %q", code, got)
		}
	}
}
