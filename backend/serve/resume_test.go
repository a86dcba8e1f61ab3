package serve

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"signalbox/backend/live"
)

func TestResumingNeitherLosesNorRepeatsWhileOthersPublish(t *testing.T) {
	s := start(t, nil)
	channels := []string{"red", "green", "blue"}
	s.publish("red", "the first")
	before := s.journal.Last()
	const each = 500
	var publishers, readers sync.WaitGroup
	for p := range 4 {
		publishers.Go(func() {
			for i := range each {
				// Some ids are the publisher's own; both kinds resume.
				id := ""
				if i%3 == 0 {
					id = fmt.Sprintf("own-%d-%d", p, i)
				}
				_, err := s.publishDraft(t.Context(), channels[(i+p)%3], live.Draft{ID: id, Data: fmt.Sprintf("%d-%d", p, i)})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n, path := range []string{"/events", "/events?source=red&source=blue", "/events/green", "/events/red?type=message", "/events"} {
		readers.Go(func() { s.followInPieces(t, path, before, n) })
	}
	publishers.Wait()
	for _, c := range channels {
		if _, err := s.publishDraft(t.Context(), c, live.Draft{Data: "end"}); err != nil {
			t.Fatal(err)
		}
	}
	readers.Wait()
}

// followInPieces reads a stream in pieces of random length to its end, and
// compares what it has read with the journal.
func (r *running) followInPieces(t *testing.T, path string, from int64, seed int) {
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	names := map[string]int{"/events": 3, "/events?source=red&source=blue": 2}
	ends := max(1, names[path])
	var got []string
	last := r.position(from)
	pieces := 0
	for ends > 0 {
		ctx, cancel := context.WithCancel(t.Context())
		rd := r.open(ctx, path, "Last-Event-ID", last)
		pieces++
		for range 1 + rng.IntN(200) {
			e, err := rd.next()
			if err != nil {
				t.Error(err)
				cancel()
				return
			}
			if e.kind == "gap" {
				t.Errorf("%s: %s", path, e.data)
			}
			got, last = append(got, e.data), e.id
			if e.data == "end" {
				if ends--; ends == 0 {
					break
				}
			}
		}
		cancel()
		rd.close()
	}
	var want []string
	var filter live.Filter
	for name := range map[string]bool{"red": true, "green": true, "blue": true} {
		if path == "/events" || strings.Contains(path, name) {
			src, _ := r.journal.Source(name)
			filter.Sources = append(filter.Sources, src.ID)
		}
	}
	page, err := r.journal.Read(t.Context(), live.Query{Filter: filter, After: from, Limit: 5000})
	if err != nil {
		t.Error(err)
		return
	}
	for _, m := range page.Messages {
		want = append(want, m.Data)
	}
	if a, b := strings.Join(got, " "), strings.Join(want, " "); a != b {
		t.Errorf("%s: %d messages in %d pieces, the journal has %d", path, len(got), pieces, len(want))
	}
	if pieces < 2 {
		t.Errorf("%s was read in one piece", path)
	}
}

func TestEveryWayToNameTheLastID(t *testing.T) {
	s := start(t, nil)
	first := s.publish("x", "1")
	s.publish("x", "2")
	want[receiptJSON](s, 201, "POST", "/channels/x/messages", `{"id":"é","data":"3"}`)
	s.publish("x", "4")
	for _, c := range []struct{ path, header, data string }{
		{"/events/x?after=" + first.Position, "", "2"},
		{"/events/x?after=0", "", "1"},
		{"/events/x?lastEventId=" + first.Position, "", "2"},
		{"/events/x?last-event-id=%C3%A9", "", "4"},
		{"/events/x?after=" + first.Position, "é", "4"}, // the header is newer
		{"/events/x", "\xe9", "4"},                      // the same id in Latin-1
		{"/events/x?after=0", first.Position, "2"},
	} {
		var headers []string
		if c.header != "" {
			headers = []string{"Last-Event-ID", c.header}
		}
		rd := s.open(t.Context(), c.path, headers...)
		rd.want("message", "*", c.data)
		rd.close()
	}
}

func TestAnUnknownIDIsAGapAndThenEverything(t *testing.T) {
	s := start(t, nil)
	s.publish("x", "1")
	s.publish("x", "2")
	rd := s.open(t.Context(), "/events/x", "Last-Event-ID", "never-heard-of")
	if e := rd.want("gap", "", "*"); !strings.Contains(e.data, `"code":"unknown_id"`) || !strings.Contains(e.data, `"missing":null`) {
		t.Error(e.data)
	}
	rd.want("message", "*", "1")
	rd.want("message", "*", "2")
	rd = s.open(t.Context(), "/events/x", "Last-Event-ID", strings.Repeat("z", len(s.journal.Epoch()))+".7")
	if e := rd.want("gap", "", "*"); !strings.Contains(e.data, `"code":"other_epoch"`) {
		t.Error(e.data)
	}
}

func TestATrimmedIDIsAGapAndThenWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	before := openJournal(t, dir)
	src, err := before.AddSource(t.Context(), live.Source{Name: "x", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, err := before.Append(t.Context(), live.Draft{Source: src.ID, Data: fmt.Sprint(i + 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := before.Trim(t.Context(), live.Keep{Messages: 3}); err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	// A fresh start has nothing in memory that is no longer stored.
	s := start(t, func(c *Config) { c.Journal = openJournal(t, dir) })
	if s.journal.First() != 8 {
		t.Fatalf("the journal begins at %d", s.journal.First())
	}
	for _, path := range []string{"/events", "/events/x", "/events/x?type=message"} {
		rd := s.open(t.Context(), path, "Last-Event-ID", s.position(2))
		if e := rd.want("gap", "", "*"); !strings.Contains(e.data, `"code":"trimmed"`) {
			t.Error(e.data)
		}
		for i := 8; i <= 10; i++ {
			rd.want("message", s.position(int64(i)), fmt.Sprint(i))
		}
		// Nothing is missing after the newest that was trimmed.
		s.open(t.Context(), path, "Last-Event-ID", s.position(7)).want("message", s.position(8), "8")
	}
}

func TestResumingFromAnIDThatWasUsedAgainSkipsNothing(t *testing.T) {
	s := start(t, nil)
	var wire []string
	for _, m := range []struct{ id, data string }{{"X", "1"}, {"A", "2"}, {"B", "3"}, {"X", "4"}, {"C", "5"}} {
		wire = append(wire, want[receiptJSON](s, 201, "POST", "/channels/x/messages", fmt.Sprintf(`{"id":%q,"data":%q}`, m.id, m.data)).ID)
	}
	if wire[0] != "X" || wire[3] == "X" {
		t.Errorf("ids on the wire: %v", wire)
	}
	for i := range wire {
		for _, path := range []string{"/events/x", "/events", "/events/x?type=message"} {
			rd := s.open(t.Context(), path, "Last-Event-ID", wire[i])
			for k := i + 1; k < len(wire); k++ {
				rd.want("message", wire[k], fmt.Sprint(k+1))
			}
			rd.close()
		}
	}
}

func TestASourceWithOneIDForEverythingIsNotReplayed(t *testing.T) {
	s := start(t, nil)
	for i := range 100 {
		want[receiptJSON](s, 201, "POST", "/channels/x/messages", fmt.Sprintf(`{"id":"1","data":"%d"}`, i))
	}
	rd := s.open(t.Context(), "/events/x?after=0")
	last := ""
	for i := range 100 {
		last = rd.want("message", "*", fmt.Sprint(i)).id
	}
	want[receiptJSON](s, 201, "POST", "/channels/x/messages", `{"id":"1","data":"new"}`)
	s.open(t.Context(), "/events/x", "Last-Event-ID", last).want("message", "*", "new")
}

func TestAnIDThatTwoSourcesHaveRepeatsRatherThanSkips(t *testing.T) {
	s := start(t, nil)
	for _, m := range []struct{ channel, id, data string }{{"a", "1", "a1"}, {"b", "0", "b0"}, {"b", "1", "b1"}, {"b", "2", "b2"}} {
		want[receiptJSON](s, 201, "POST", "/channels/"+m.channel+"/messages", fmt.Sprintf(`{"id":%q,"data":%q}`, m.id, m.data))
	}
	rd := s.open(t.Context(), "/events?source=a&source=b", "Last-Event-ID", "1")
	if e := rd.want("gap", "", "*"); !strings.Contains(e.data, `"missing":0,"code":"ambiguous_id"`) {
		t.Error(e.data)
	}
	for _, data := range []string{"b0", "b1", "b2"} {
		rd.want("message", "*", data)
	}
	s.open(t.Context(), "/events/b", "Last-Event-ID", "1").want("message", "2", "b2")
}

func TestAnIDThatARemovedChannelHadRepeatsRatherThanSkips(t *testing.T) {
	s := start(t, nil)
	publish := func(ids ...string) {
		for _, id := range ids {
			want[receiptJSON](s, 201, "POST", "/channels/x/messages", fmt.Sprintf(`{"id":%q,"data":%q}`, id, id))
		}
	}
	publish("1", "2")
	want[any](s, 204, "DELETE", "/api/channels/x", "")
	publish("3", "2", "4")
	for _, path := range []string{"/events/x", "/events/x?type=message"} {
		rd := s.open(t.Context(), path, "Last-Event-ID", "2")
		if e := rd.want("gap", "", "*"); !strings.Contains(e.data, `"missing":0,"code":"ambiguous_id"`) {
			t.Error(e.data)
		}
		for _, data := range []string{"3", "2", "4"} {
			rd.want("message", "*", data)
		}
		// Only the removed channel had this one.
		s.open(t.Context(), path, "Last-Event-ID", "1").want("message", "3", "3")
	}
}

// Whoever follows a name has every message that was acknowledged under it,
// however often the channel is removed and made again meanwhile.
func TestAFollowerOfANameMissesNothingWhenItsChannelIsMadeAgain(t *testing.T) {
	s := start(t, nil)
	s.publish("quiet", "first")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	paths := []string{"/events/x", "/events?source=quiet&source=x", "/events/x?type=message"}
	var readers sync.WaitGroup
	const total = 400
	got := make([][]string, len(paths))
	for i, path := range paths {
		rd := s.open(ctx, path)
		readers.Go(func() {
			for {
				e, err := rd.next()
				if err != nil || e.data == "end" {
					return
				}
				if e.kind == "gap" {
					t.Errorf("%s: %s", path, e.data)
				}
				got[i] = append(got[i], e.data)
			}
		})
	}
	var sent []string
	for i := range total {
		data := fmt.Sprint(i)
		s.publish("x", data)
		sent = append(sent, data)
		switch src, _ := s.journal.Source("x"); i % 8 {
		case 3: // made again by the next publish
			want[any](s, 204, "DELETE", "/api/channels/x", "")
		case 5: // by somebody who does not go through the server
			if err := s.journal.RemoveSource(t.Context(), src.ID); err != nil {
				t.Fatal(err)
			}
		case 7: // its place is taken by another channel, whose past is not x's
			s.publish("other", "not for x")
			if err := s.journal.RemoveSource(t.Context(), src.ID); err != nil {
				t.Fatal(err)
			}
			other, _ := s.journal.Source("other")
			other.Name = "x"
			if _, err := s.journal.ChangeSource(t.Context(), other); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.publish("x", "end")
	readers.Wait()
	for i, path := range paths {
		if a, b := strings.Join(got[i], " "), strings.Join(sent, " "); a != b {
			t.Errorf("%s: %d messages, not %d:\n%s\n%s", path, len(got[i]), len(sent), a, b)
		}
	}
}
