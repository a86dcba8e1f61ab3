package journal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// A model has the numbers of all events ever appended, by source.
type model struct {
	*fixture
	sources []int64
	events  map[int64][]int64
}

func newModel(t *testing.T, f *fixture, names ...string) *model {
	t.Helper()
	m := &model{fixture: f, sources: []int64{f.source}, events: make(map[int64][]int64)}
	for _, name := range names {
		s, err := f.AddSource(t.Context(), live.Source{Name: name, Kind: live.ChannelSource})
		f.must(err)
		m.sources = append(m.sources, s.ID)
	}
	return m
}

// append appends n messages of random sources, one in twenty a gap or a note.
func (m *model) append(r *rand.Rand, n int) {
	m.Helper()
	drafts := make([]live.Draft, n)
	for i := range drafts {
		// Some sources are busier than others.
		d := live.Draft{Source: m.sources[min(r.IntN(len(m.sources)), r.IntN(len(m.sources)))], Data: fmt.Sprint(i)}
		switch r.IntN(40) {
		case 0:
			d.Kind, d.Data = live.GapKind, "{}"
		case 1:
			d.Kind, d.Data = live.NoteKind, "{}"
		default:
			if r.IntN(3) == 0 {
				d.ID = fmt.Sprint("id", r.IntN(50))
			}
		}
		drafts[i] = d
	}
	a, err := m.AppendAll(m.Context(), drafts)
	m.must(err)
	for i, d := range drafts {
		if d.Kind == live.Event {
			m.events[d.Source] = append(m.events[d.Source], a.Last-int64(n-1-i))
		}
	}
}

// behind counts the events of those sources (all if none is named) after a number.
func (m *model) behind(sources []int64, after int64) (n int64) {
	for s, numbers := range m.events {
		if len(sources) == 0 || slices.Contains(sources, s) {
			i, _ := slices.BinarySearch(numbers, after+1)
			n += int64(len(numbers) - i)
		}
	}
	return n
}

// check reads after a number until every event was read or counted as missing.
func (m *model) check(what string, sources []int64, after int64, between func()) {
	m.Helper()
	ctx, cancel := context.WithTimeout(m.Context(), 5*time.Second)
	defer cancel()
	c := m.Follow(live.Filter{Sources: sources}, after)
	var read, missing int64
	for read+missing < m.behind(sources, after) {
		b, err := c.Next(ctx)
		if err != nil {
			break
		}
		if b.Gap != nil && b.Gap.Missing != nil {
			missing += *b.Gap.Missing
		}
		for _, e := range b.Entries {
			if e.Kind == live.Event {
				read++
			}
		}
		if between != nil {
			between()
		}
	}
	if want := m.behind(sources, after); read+missing != want {
		m.Errorf("%s: sources %v after %d: %d read and %d missing of %d", what, sources, after, read, missing, want)
	}
}

func TestMessagesReadAndMissingAddUpToAllMessages(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			f := open(t, journal.Options{RecentMessages: 1})
			m := newModel(t, f, "b", "c", "d")
			for range 60 {
				switch r.IntN(6) {
				case 0, 1:
					m.append(r, 1+r.IntN(900))
				case 2:
					_, err := m.Trim(t.Context(), live.Keep{Messages: int64(1 + r.IntN(3000))})
					m.must(err)
				case 3:
					s, _ := m.SourceByID(m.sources[r.IntN(len(m.sources))])
					s.Keep = live.Keep{Messages: int64(r.IntN(300))}
					_, err := m.ChangeSource(t.Context(), s)
					m.must(err)
				case 4:
					m.must(m.Close())
					m.reopen(journal.Options{RecentMessages: 1})
				case 5:
					m.SetKeep(live.Keep{Messages: int64(r.IntN(3)) * 800})
				}
				if m.Last() == 0 || t.Failed() {
					continue
				}
				after := r.Int64N(m.Last() + 1)
				m.check("all", nil, after, nil)
				m.check("one", []int64{m.sources[r.IntN(4)]}, after, nil)
				m.check("two", []int64{m.sources[r.IntN(2)], m.sources[2+r.IntN(2)]}, after, nil)
				// Trimming goes on while somebody reads.
				m.check("under way", nil, r.Int64N(m.Last()+1), func() {
					if r.IntN(3) > 0 {
						return
					}
					m.append(r, r.IntN(100))
					_, err := m.Trim(t.Context(), live.Keep{Messages: int64(1 + r.IntN(2000))})
					m.must(err)
				})
			}
		})
	}
}

func TestAGapOfOneSourceIsNotReturnedForAnother(t *testing.T) {
	f := open(t, small)
	b, err := f.AddSource(t.Context(), live.Source{Name: "b", Kind: live.ChannelSource})
	f.must(err)
	for range 10 {
		f.some(500)
		_, err := f.Append(t.Context(), live.Draft{Source: b.ID})
		f.must(err)
	}
	b.Keep.Messages = 4
	_, err = f.ChangeSource(t.Context(), b)
	f.must(err)
	n, err := f.Trim(t.Context(), live.Keep{})
	f.must(err)
	if n != 6 || f.Tally(b.ID).Kept != 4 {
		t.Fatalf("%d went, %d are kept", n, f.Tally(b.ID).Kept)
	}
	missing := func(what string, after int64, want int64, sources ...int64) {
		t.Helper()
		got := f.next(f.Follow(live.Filter{Sources: sources}, after))
		if (got.Gap != nil) != (want > 0) || got.Gap != nil && (got.Gap.Missing == nil || *got.Gap.Missing != want) {
			t.Errorf("%s: gap %+v", what, got.Gap)
		}
	}
	missing("the one that keeps all", 0, 0, f.source)
	missing("the one that lost", 0, 6, b.ID)
	missing("that one from its third on", 1503, 3, b.ID)
	missing("both", 501, 5, f.source, b.ID)
	missing("all", 501, 5)
	missing("all, behind the hole", 3006, 0)
	f.must(f.Close())
	f.reopen(small)
	missing("all, after a restart", 501, 5)
	if s, _ := f.SourceByID(b.ID); s.Keep.Messages != 4 {
		t.Errorf("after a restart: %+v", s)
	}
	// What the user throws away is not missed.
	f.must(f.RemoveSource(t.Context(), b.ID))
	missing("all, after its removal", 501, 0)
	_, err = f.RestoreSource(t.Context(), b.ID)
	f.must(err)
	missing("all, after its return", 501, 5)
}

func TestAGapIsReturnedOnce(t *testing.T) {
	f := open(t, journal.Options{RecentMessages: 1})
	b, err := f.AddSource(t.Context(), live.Source{Name: "b", Kind: live.ChannelSource, Keep: live.Keep{Messages: 1}})
	f.must(err)
	for range 3000 {
		_, err := f.AppendAll(t.Context(), []live.Draft{{Source: f.source}, {Source: b.ID}})
		f.must(err)
	}
	_, err = f.Trim(t.Context(), live.Keep{})
	f.must(err)
	f.must(f.Close())
	f.reopen(journal.Options{})
	c := f.Follow(live.Filter{}, 0)
	var told []int64
	for c.Number() < f.Last() {
		if got := f.next(c); got.Gap != nil {
			told = append(told, *got.Gap.Missing)
		}
	}
	if !slices.Equal(told, []int64{2999}) {
		t.Errorf("told %v", told)
	}
}

func TestATrimmedGapLeavesAGap(t *testing.T) {
	f := open(t, journal.Options{})
	_, err := f.Append(t.Context(), live.Draft{Source: f.source, Kind: live.GapKind, Data: "{}"})
	f.must(err)
	f.some(1)
	_, err = f.Trim(t.Context(), live.Keep{Messages: 1})
	f.must(err)
	f.must(f.Close())
	f.reopen(journal.Options{})
	if b := f.next(f.Follow(live.Filter{}, 0)); b.Gap == nil || b.Gap.Missing != nil || len(b.Entries) != 1 {
		t.Errorf("gap %+v, %d entries", b.Gap, len(b.Entries))
	}
}

func TestMessagesOfEverySourceAreReadOrCountedWhileTheWriterTrims(t *testing.T) {
	f := open(t, small)
	m := newModel(t, f, "b", "c")
	s, _ := f.SourceByID(m.sources[1])
	s.Keep.Messages = 50
	_, err := f.ChangeSource(t.Context(), s)
	f.must(err)
	f.SetKeep(live.Keep{Messages: 400})
	const each = 10_000
	var wg sync.WaitGroup
	for i, source := range m.sources {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(i)))
			for n := 0; n < each; {
				drafts := make([]live.Draft, min(1+r.IntN(200), each-n))
				for k := range drafts {
					drafts[k].Source = source
				}
				if n += len(drafts); n == each {
					drafts[len(drafts)-1].Data = "end"
				}
				if _, err := f.AppendAll(t.Context(), drafts); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for _, sources := range [][]int64{nil, m.sources[:1], m.sources[1:2], m.sources[1:], nil} {
		wg.Go(func() {
			c := f.Follow(live.Filter{Sources: sources}, 0)
			followed := len(sources)
			if followed == 0 {
				followed = len(m.sources)
			}
			var seen, missing int64
			for ends := 0; ends < followed; {
				b, err := c.Next(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if b.Gap != nil {
					missing += *b.Gap.Missing
				}
				for _, e := range b.Entries {
					seen++
					if e.Data == "end" {
						ends++
					}
				}
				if seen+missing >= int64(followed*each) {
					break // an end may be trimmed
				}
			}
			if seen+missing != int64(followed*each) {
				t.Errorf("%v: %d seen and %d missing of %d", sources, seen, missing, followed*each)
			}
		})
	}
	wg.Wait()
	// Nobody called Trim. The writer trims behind the answers; this waits for it.
	f.must(f.SetSeen(t.Context(), f.source))
	if n := f.Stats().Messages; n > 400+4*4 {
		t.Errorf("%d messages are kept", n)
	}
	if n := f.Tally(m.sources[1]).Kept; n > 52 {
		t.Errorf("%d messages of one source are kept", n)
	}
}

func TestALimitInBytesHoldsForLongAndShortMessages(t *testing.T) {
	f := open(t, journal.Options{})
	const limit = 1 << 20
	f.SetKeep(live.Keep{Bytes: limit})
	held := func(what string) {
		t.Helper()
		f.must(f.SetSeen(t.Context(), f.source)) // waits for the writer
		if got := f.Stats().Bytes; got > limit*105/100 {
			t.Fatalf("%s: %d bytes are kept", what, got)
		}
	}
	short := make([]live.Draft, 1000)
	for i := range short {
		short[i] = live.Draft{Source: f.source, Data: strings.Repeat("x", 60)}
	}
	for range 20 {
		_, err := f.AppendAll(t.Context(), short)
		f.must(err)
		held("short ones")
	}
	if n := f.Stats().Bytes; n < limit*9/10 {
		t.Fatalf("only %d bytes are kept", n)
	}
	// Each takes the place of thousands.
	for range 8 {
		_, err := f.Append(t.Context(), live.Draft{Source: f.source, Data: strings.Repeat("x", 300<<10)})
		f.must(err)
		held("long ones")
	}
	for range 5 {
		_, err := f.AppendAll(t.Context(), short)
		f.must(err)
		held("short ones again")
	}
}
