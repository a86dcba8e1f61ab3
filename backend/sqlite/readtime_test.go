package sqlite_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// sparse returns a history of 5,000 messages of a busy source, between which
// each of twenty others has one, the numbers of those, and the others.
func sparse(t *testing.T, opt ...sqlite.Option) (db *sqlite.DB, busy int64, others, want []int64) {
	t.Helper()
	db = open(t, t.TempDir(), opt...)
	add := func(name string) int64 {
		s, err := db.PutSource(t.Context(), live.Source{Name: name, Kind: live.ChannelSource})
		if err != nil {
			t.Fatal(err)
		}
		return s.ID
	}
	busy = add("busy")
	for i := range 20 {
		others = append(others, add(fmt.Sprint("other", i)))
	}
	var ms []live.Message
	for i := range 5000 {
		m := live.Message{Number: int64(i + 1), Draft: live.Draft{Source: busy, Type: "message", ID: "same", Data: "x", Received: time.Unix(1, 0)}}
		if i%250 == 249 {
			m.Source = others[i/250]
			want = append(want, m.Number)
		}
		ms = append(ms, m)
	}
	if err := db.Append(t.Context(), ms, nil); err != nil {
		t.Fatal(err)
	}
	return db, busy, others, want
}

func TestAReadOfManySourcesEndsAfterItsTime(t *testing.T) {
	db, _, others, want := sparse(t, sqlite.WithMaxReadTime(0))
	var got []int64
	reads := 0
	for after := int64(0); after < 5000; reads++ {
		ms, through, err := db.Read(t.Context(), others, after, 5000, 100, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if through <= after || through > 5000 {
			t.Fatalf("a read from %d came to %d", after, through)
		}
		for _, m := range ms {
			if m.Number <= after || m.Number > through {
				t.Errorf("message %d in a read from %d to %d", m.Number, after, through)
			}
			got = append(got, m.Number)
		}
		after = through
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if reads < 3 {
		t.Errorf("%d reads without any time examined all of it", reads)
	}
}

func TestAPageOfManySourcesEndsAfterItsTime(t *testing.T) {
	db, _, others, want := sparse(t, sqlite.WithMaxReadTime(0))
	pages(t, db, live.Query{Filter: live.Filter{Sources: others}}, want)
	pages(t, db, live.Query{Filter: live.Filter{Sources: others}, Newest: true}, want)
}

func TestAPageOfACommonIDEndsAfterItsTime(t *testing.T) {
	db, _, others, want := sparse(t, sqlite.WithMaxReadTime(0))
	pages(t, db, live.Query{Filter: live.Filter{Sources: others, Where: filter.MustParse("id:same")}}, want)
	pages(t, db, live.Query{Filter: live.Filter{Where: filter.MustParse("id:same y")}}, nil)
}

// pages reads a query page by page, which must take several and find what is wanted.
func pages(t *testing.T, db *sqlite.DB, q live.Query, want []int64) {
	t.Helper()
	q.Limit = 100
	var got []int64
	n := 0
	for more := true; more; n++ {
		p, err := db.Page(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if p.To < p.From {
			t.Fatalf("page %d examined nothing: %d to %d", n, p.From, p.To)
		}
		for _, m := range p.Messages {
			got = append(got, m.Number)
		}
		if q.Newest {
			q.Before = p.From
		} else {
			q.After = p.To
		}
		more = p.More
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if n < 3 {
		t.Errorf("%d pages without any time examined all of it", n)
	}
}

func TestAPageAfterTheLastNumberIsEmpty(t *testing.T) {
	db, _, others, _ := sparse(t)
	for _, after := range []int64{5000, 5001, 1<<63 - 1} {
		for _, sources := range [][]int64{nil, others[:1], others} {
			p, err := db.Page(t.Context(), live.Query{After: after, Limit: 5, Filter: live.Filter{Sources: sources}})
			if err != nil || len(p.Messages) > 0 || p.More || p.From != 5001 || p.To != 5000 {
				t.Errorf("after %d: %+v %v", after, p, err)
			}
		}
	}
}

func TestStreamsThatCatchUpKeepNoScreenWaiting(t *testing.T) {
	db, busy, _, _ := sparse(t)
	free := sqlite.HoldStreamReaders(t, db)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for name, ask := range map[string]func() error{
		"a page": func() error { _, err := db.Page(ctx, live.Query{Newest: true, Limit: 1}); return err },
		"a search": func() error {
			_, err := db.Page(ctx, live.Query{Limit: 1, Filter: live.Filter{Where: filter.MustParse("x")}})
			return err
		},
		"a setting":   func() error { _, _, err := db.Installation().Setting(ctx, "a"); return err },
		"the sources": func() error { _, _, err := db.Sources(ctx); return err },
		"attempts":    func() error { _, err := db.Installation().Attempts(ctx, busy, time.Time{}, 5); return err },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	free()
	free = sqlite.HoldScreenReaders(t, db)
	defer free()
	if _, through, err := db.Read(ctx, []int64{busy}, 0, 10, 5, 1<<20); err != nil || through != 5 {
		t.Errorf("a stream reads to %d: %v", through, err)
	}
	if _, err := db.Find(ctx, nil, "same"); err != nil {
		t.Error(err)
	}
}
