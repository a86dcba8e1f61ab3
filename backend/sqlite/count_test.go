package sqlite_test

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
	"signalbox/backend/sqlite/index"
	"signalbox/backend/sqlite/summary"
)

// summarised returns how many numbers an index counts by their summaries.
func summarised(db *sqlite.DB) (n int64) {
	tally := &summary.Tally{
		Width: math.MaxInt64, From: 0, To: math.MaxInt64,
		Wanted: func(summary.Cell) bool { return true },
		First:  func(int64) (int64, error) { return 1, nil },
		Add:    func(summary.Cell, int, int64) {},
	}
	for c := range db.Index().Count(tally, 0, db.Last()) {
		if c.Done {
			n += c.Through - c.After
		}
	}
	return n
}

// someTime returns a time around those of messages.
func someTime(r *rand.Rand, messages []live.Message) time.Time {
	if len(messages) == 0 {
		return morning
	}
	return messages[r.IntN(len(messages))].Received.Add(time.Duration(r.IntN(5)-2) * time.Microsecond)
}

func timeTerm(r *rand.Rand, messages []live.Message) string {
	return []string{"after:", "before:"}[r.IntN(2)] + someTime(r, messages).Format(time.RFC3339Nano)
}

// countsAreExact compares counts with those of all messages.
func countsAreExact(t *testing.T, db *sqlite.DB, r *rand.Rand, counts int) {
	t.Helper()
	messages := all(t, db, live.Filter{}, false, 5000)
	for range counts {
		var f live.Filter
		switch r.IntN(4) {
		case 0:
			f.Sources = []int64{1 + int64(r.IntN(2))}
		case 1:
			f.Except = []int64{1 + int64(r.IntN(2))}
		}
		texts := []string{"", "", "", "event:order.*", "-event:message", "is:gap,note", "is:event (event:x or -event:order.paid)", "walrus",
			timeTerm(r, messages), timeTerm(r, messages) + " " + timeTerm(r, messages) + " -event:message", "-" + timeTerm(r, messages) + " is:event"}
		text := texts[r.IntN(len(texts))]
		if text != "" {
			where, err := filter.Parse(text, filter.Env{})
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			f.Where = where
		}
		from, to := someTime(r, messages), someTime(r, messages)
		if r.IntN(2) == 0 || !from.Before(to) {
			from, to = morning.Add(-time.Second), morning.Add(100*time.Hour)
		}
		q := live.CountQuery{Filter: f, From: from, To: to, Width: to.Sub(from)/time.Duration(1+r.IntN(60)) + 1, ByType: r.IntN(2) == 0}
		q.Width = q.Width.Truncate(time.Microsecond) + time.Microsecond
		if len(messages) > 0 && r.IntN(3) == 0 {
			q.After = messages[r.IntN(len(messages))].Number
		}
		if len(messages) > 0 && r.IntN(3) == 0 {
			q.Before = messages[r.IntN(len(messages))].Number
		}
		want := make(map[live.CountCell]int64)
		for i := range messages {
			m := &messages[i]
			if m.Kind == live.NoteKind || m.Received.Before(from) || !m.Received.Before(to) || !f.Match(m) || m.Number <= q.After || q.Before > 0 && m.Number >= q.Before {
				continue
			}
			cell := live.CountCell{Stretch: int(m.Received.Sub(from) / q.Width), Gap: m.Kind == live.GapKind, Source: m.Source}
			if q.ByType && m.Kind == live.Event {
				cell.Type = m.Type
			}
			want[cell]++
		}
		if got := countAll(t, db, q); !maps.Equal(got, want) {
			t.Fatalf("%q of %+v: counted %v, want %v", text, q, got, want)
		}
	}
}

// countAll adds up the parts of a count.
func countAll(t *testing.T, db *sqlite.DB, q live.CountQuery) map[live.CountCell]int64 {
	t.Helper()
	sums := make(map[live.CountCell]int64)
	for {
		part, err := db.Count(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range part.Cells {
			n := cell.N
			cell.N = 0
			sums[cell] += n
		}
		if q.Before = part.First; !part.More {
			return sums
		}
	}
}

// Searches are exact where times have no order, as after a jump of the clock: a block
// is left out for its own times.
func TestASearchByTimeIsExactAfterJumpsOfTheClock(t *testing.T) {
	db, r := open(t, t.TempDir()), rand.New(rand.NewPCG(9, 10))
	twoSources(t, db)
	defer runIndex(t, db, smallIndex)()
	for range 30 {
		at := morning.Add(time.Duration(r.IntN(10)) * time.Hour)
		var ms []live.Message
		for i := range 50 {
			ms = append(ms, live.Message{Draft: live.Draft{Source: 1, Type: "message", Data: someText(r, 12), Received: at.Add(time.Duration(i) * time.Second)}})
		}
		if err := db.Append(t.Context(), ms, nil); err != nil {
			t.Fatal(err)
		}
	}
	indexed(t, db)
	messages := all(t, db, live.Filter{}, false, 5000)
	for range 30 {
		text := timeTerm(r, messages)
		f := live.Filter{Where: filter.MustParse(text)}
		want := 0
		for i := range messages {
			if f.Match(&messages[i]) {
				want++
			}
		}
		if got := all(t, db, f, r.IntN(2) == 0, 500); len(got) != want {
			t.Fatalf("%s: found %d, want %d", text, len(got), want)
		}
	}
	q := index.Question{From: morning.Add(11 * time.Hour).UnixMicro(), To: math.MaxInt64}
	for s := range db.Index().Stretches(&q, 0, db.Last(), true) {
		if s.Candidate && s.Blocks > 0 {
			t.Errorf("%+v may have messages of the future", s)
		}
	}
	q.From, q.To = morning.Add(3*time.Hour).UnixMicro(), morning.Add(4*time.Hour).UnixMicro()
	left := int64(0)
	for s := range db.Index().Stretches(&q, 0, db.Last(), true) {
		if !s.Candidate {
			left += s.Through - s.After
		}
	}
	if left < 500 {
		t.Errorf("a search for one of ten hours leaves out %d of 1500 messages", left)
	}
}

// What cannot be read is left out of a count, with an index as without.
func TestACountGoesAroundDamage(t *testing.T) {
	file, _, _ := written(t, 40_000)
	page := pageOf(t, file, 20_001)
	copy(file[page*pageSize:], bytes.Repeat([]byte{0xa5}, pageSize))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "signalbox.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	q := live.CountQuery{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour), Width: time.Minute}
	sum := func() (events int64) {
		t.Helper()
		for cell, n := range countAll(t, db, q) {
			if !cell.Gap {
				events += n
			}
		}
		return events
	}
	without := sum()
	if without < 39_000 || without >= 40_000 {
		t.Errorf("%d of 40,000 messages are counted", without)
	}
	defer runIndex(t, db, smallIndex)()
	indexed(t, db)
	if n := summarised(db); n < 25_000 {
		t.Errorf("only %d messages have summaries", n)
	}
	if with := sum(); with != without {
		t.Errorf("%d messages are counted with the index, %d without", with, without)
	}
}
