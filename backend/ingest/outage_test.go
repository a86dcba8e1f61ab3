package ingest

import (
	"strings"
	"testing"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// gapFor returns the gap after an outage of a feed that had sent ids and then
// sends the next id.
func gapFor(before []string, next string, own bool) (*live.Gap, string) {
	var o Outage
	last := ""
	for _, id := range before {
		o.GapBefore(eventstream.Event{LastEventID: id, HasID: true})
		last = id
	}
	lost := time.Now()
	o.Lost("disconnected", lost)
	o.Returned(last, lost.Add(3200*time.Millisecond))
	it := eventstream.Event{LastEventID: next, HasID: own}
	if !own {
		it.LastEventID = last
	}
	g := o.GapBefore(it)
	if g == nil {
		return nil, ""
	}
	if again := o.GapBefore(eventstream.Event{LastEventID: "x", HasID: true}); again != nil {
		return again, "told twice"
	}
	return g, g.Reason
}

func TestTheFirstIDAfterAReturnIsTheEvidence(t *testing.T) {
	none, one, two := int64(0), int64(1), int64(2)
	for _, c := range []struct {
		name    string
		before  []string
		next    string
		missing *int64
		reason  string
	}{
		{"the next one", []string{"1", "2", "3", "4"}, "5", &none, "Connection lost for 3.2 s. Resumed after id 4, nothing is missing."},
		{"two later", []string{"1", "2", "3", "4"}, "7", &two, "Resumed after id 4, 2 messages are missing."},
		{"the last one again", []string{"1", "2", "3", "4"}, "4", &none, "nothing is missing"},
		{"an earlier one", []string{"6", "7", "8", "9"}, "3", nil, "began at 3"},
		{"from zero", []string{"0", "1", "2", "3"}, "4", &none, "nothing is missing"},
		{"too few to see a series", []string{"1", "2"}, "3", nil, "its ids do not show"},
		{"steps of ten", []string{"10", "20", "30", "40"}, "50", nil, "its ids do not show"},
		{"a step of ten before the series", []string{"10", "11", "12", "20", "21", "22", "23"}, "24", &none, "nothing is missing"},
		{"numbers behind a text", []string{"k-7", "k-8", "k-9", "k-10"}, "k-12", &one, "1 message is missing."},
		{"another text", []string{"k-7", "k-8", "k-9", "k-10"}, "l-11", nil, "its ids do not show"},
		{"times", []string{"14:02:06", "14:02:07", "14:02:08", "14:02:09"}, "14:02:12", nil, "its ids do not show"},
		{"words", []string{"a", "b", "c", "d"}, "e", nil, "asked to continue after id d"},
		{"a word after numbers", []string{"1", "2", "3", "4"}, "x", nil, "its ids do not show"},
		{"leading zeros are no numbers", []string{"001", "002", "003", "004"}, "005", nil, "its ids do not show"},
		{"beyond 64 bits", []string{"99999999999999999998", "99999999999999999999"}, "100000000000000000000", nil, "its ids do not show"},
		{"up to the last number", []string{"9223372036854775804", "9223372036854775805", "9223372036854775806", "9223372036854775807"}, "9223372036854775807", &none, "nothing is missing"},
		{"an id that no header carries", []string{"\x01"}, "b", nil, "cannot be sent"},
	} {
		g, reason := gapFor(c.before, c.next, true)
		switch {
		case g == nil:
			t.Errorf("%s: no gap", c.name)
		case (g.Missing == nil) != (c.missing == nil) || c.missing != nil && *g.Missing != *c.missing:
			t.Errorf("%s: missing %v", c.name, g.Missing)
		case !strings.Contains(reason, c.reason) || g.Code != "disconnected" || g.After != c.before[len(c.before)-1]:
			t.Errorf("%s: %+v", c.name, g)
		}
	}
}

func TestWithoutIDsTheLossIsUnknown(t *testing.T) {
	g, reason := gapFor(nil, "", false)
	if g == nil || g.Code != "no_ids" || g.Missing != nil || !strings.Contains(reason, "sends no ids") {
		t.Errorf("%+v", g)
	}
	if g, _ := gapFor([]string{"1", "2", "3", "4"}, "", false); g == nil || g.Missing != nil {
		t.Errorf("a message without an id proves nothing: %+v", g)
	}
}

func TestTheFirstConnectionHasNoGap(t *testing.T) {
	var o Outage
	o.Returned("", time.Now())
	if o.GapBefore(eventstream.Event{LastEventID: "1", HasID: true}) != nil || o.GapWithoutEvidence() != nil {
		t.Error("there was no outage")
	}
}

func TestLossesBeforeTheReturnIsWrittenAreOneOutage(t *testing.T) {
	var o Outage
	from := time.Now()
	if !o.Lost("disconnected", from) {
		t.Error("the first is worth a note")
	}
	o.Returned("7", from.Add(time.Second))
	if o.Lost("disconnected", from.Add(2*time.Second)) {
		t.Error("the second is the same outage")
	}
	o.Returned("7", from.Add(5*time.Second))
	g := o.GapBefore(eventstream.Event{LastEventID: "8", HasID: true})
	if g == nil || !g.From.Equal(live.StoredTime(from)) || g.To.Sub(g.From) != 5*time.Second {
		t.Errorf("%+v", g)
	}
}

func TestEvidenceMayArriveAfterTheReturnWasWritten(t *testing.T) {
	for next, missing := range map[string]int64{"5": 0, "8": 3} {
		var o Outage
		for _, id := range []string{"1", "2", "3", "4"} {
			o.GapBefore(eventstream.Event{LastEventID: id, HasID: true})
		}
		o.Lost("disconnected", time.Now())
		o.Returned("4", time.Now())
		if g := o.GapWithoutEvidence(); g == nil || g.Missing != nil || o.GapWithoutEvidence() != nil {
			t.Fatalf("%+v", g)
		}
		if g := o.GapBefore(eventstream.Event{LastEventID: next, HasID: true}); g == nil || g.Missing == nil || *g.Missing != missing {
			t.Errorf("%s: %+v", next, g)
		}
	}
	var o Outage
	o.GapBefore(eventstream.Event{LastEventID: "x", HasID: true})
	o.Lost("disconnected", time.Now())
	o.Returned("x", time.Now())
	o.GapWithoutEvidence()
	if g := o.GapBefore(eventstream.Event{LastEventID: "y", HasID: true}); g != nil {
		t.Errorf("said again without more to say: %+v", g)
	}
}
