package sqlite_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

const pageSize = 4096

// written makes a history of n messages, in turn of the sources "a" and "b",
// closes it, and returns its file. Every fortieth message takes several pages.
func written(t *testing.T, n int) (file []byte, a, b int64) {
	t.Helper()
	dir := t.TempDir()
	j, a := channel(t, dir)
	other, err := j.AddSource(t.Context(), live.Source{Name: "b", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	drafts := make([]live.Draft, n)
	for i := range drafts {
		drafts[i] = live.Draft{Source: []int64{other.ID, a}[(i+1)%2], Data: text(int64(i + 1)), ID: fmt.Sprint("id", i+1)}
	}
	if _, err := j.AppendAll(t.Context(), drafts); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	file, err = os.ReadFile(filepath.Join(dir, "signalbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	return file, a, other.ID
}

// text is the data of a message.
func text(number int64) string {
	length := 150
	if number%40 == 0 {
		length = 12_000
	}
	s := fmt.Sprintf("<%d>", number)
	return s + strings.Repeat("x", length) + s
}

// pageOf returns the page of a table that holds the beginning of a message.
func pageOf(t *testing.T, file []byte, number int64) int {
	t.Helper()
	i := bytes.Index(file, []byte(fmt.Sprintf("<%d>", number)))
	if i < 0 {
		t.Fatalf("message %d is nowhere", number)
	}
	return i / pageSize
}

// spoilt opens a copy of a file in which some pages were overwritten.
func spoilt(t *testing.T, file []byte, pages ...int) (*journal.Journal, error) {
	t.Helper()
	file = slices.Clone(file)
	for _, p := range pages {
		copy(file[p*pageSize:(p+1)*pageSize], bytes.Repeat([]byte{0xa5}, pageSize))
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "signalbox.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		return nil, err
	}
	j, err := journal.Open(t.Context(), db, journal.Options{})
	if err != nil {
		db.Close()
		return nil, err
	}
	t.Cleanup(func() { j.Close() })
	return j, nil
}

// A view has the numbers and the gaps read from a history.
type view struct {
	numbers []int64
	missing int64
	unknown bool // whether a gap did not say how many
	gaps    int
}

func (v *view) gap(t *testing.T, g *live.Gap) {
	t.Helper()
	if g.Code != "damaged" || !strings.HasSuffix(g.Reason, ".") || g.After == "" {
		t.Fatalf("%+v", g)
	}
	v.gaps++
	if g.Missing == nil {
		v.unknown = true
	} else {
		v.missing += *g.Missing
	}
}

func (v *view) message(t *testing.T, m *live.Message) {
	t.Helper()
	// Nothing tells that the inside of a long text was overwritten.
	if want := text(m.Number); len(m.Data) != len(want) || m.Data != want && len(want) < pageSize {
		t.Fatalf("message %d came back as %.20q", m.Number, m.Data)
	}
	if len(v.numbers) > 0 && m.Number <= v.numbers[len(v.numbers)-1] {
		t.Fatalf("%d comes after %d", m.Number, v.numbers[len(v.numbers)-1])
	}
	v.numbers = append(v.numbers, m.Number)
}

// complete checks that each of n messages came or is counted as missing.
func (v *view) complete(t *testing.T, what string, n int) {
	t.Helper()
	if v.unknown {
		if v.gaps == 0 || len(v.numbers) >= n {
			t.Errorf("%s: %d of %d came, with %d gaps", what, len(v.numbers), n, v.gaps)
		}
		return
	}
	if len(v.numbers)+int(v.missing) != n {
		t.Errorf("%s: %d came and %d are missing of %d", what, len(v.numbers), v.missing, n)
	}
}

// followed returns the view of a stream from the oldest message on.
func followed(t *testing.T, j *journal.Journal, sources ...int64) *view {
	t.Helper()
	v := new(view)
	c := j.Follow(live.Filter{Sources: sources}, 0)
	for c.Number() < j.Last() {
		b, err := c.Next(t.Context())
		if err != nil {
			t.Fatalf("at %d: %v", c.Number(), err)
		}
		if b.Gap != nil {
			v.gap(t, b.Gap)
		}
		for _, e := range b.Entries {
			v.message(t, &e.Message)
		}
		if len(v.numbers) > 0 && v.numbers[len(v.numbers)-1] >= j.Last()-1 {
			break // the last may be of another source
		}
	}
	return v
}

// paged returns the view of all pages of a query.
func paged(t *testing.T, j *journal.Journal, q live.Query) *view {
	t.Helper()
	var all []live.Message
	for {
		p, err := j.Read(t.Context(), q)
		if err != nil {
			t.Fatalf("a page of %+v: %v", q, err)
		}
		if q.Newest {
			all = slices.Concat(p.Messages, all)
			q.Before = p.From
		} else {
			all = append(all, p.Messages...)
			q.After = p.To
		}
		if !p.More {
			break
		}
	}
	v := new(view)
	for i := range all {
		if all[i].Kind == live.Event {
			v.message(t, &all[i])
			continue
		}
		var g live.Gap
		if err := json.Unmarshal([]byte(all[i].Data), &g); err != nil {
			t.Fatal(err)
		}
		v.gap(t, &g)
	}
	return v
}

func TestADamagedPageIsAGapAndTheMessagesBehindItAreRead(t *testing.T) {
	const n = 1500
	file, a, b := written(t, n)
	j, err := spoilt(t, file, pageOf(t, file, n/2+1))
	if err != nil {
		t.Fatal(err)
	}
	if s := j.Stats(); s.Trouble() != nil {
		t.Fatalf("before anything was read: %v", s.Trouble())
	}
	moved, _ := j.Changed()
	for name, sources := range map[string][]int64{"all": nil, "a": {a}, "b": {b}, "a and b": {a, b}} {
		want := n
		if len(sources) == 1 {
			want /= 2
		}
		for kind, v := range map[string]*view{
			"a stream":    followed(t, j, sources...),
			"pages":       paged(t, j, live.Query{Filter: live.Filter{Sources: sources}, Limit: 100}),
			"pages back":  paged(t, j, live.Query{Filter: live.Filter{Sources: sources}, Limit: 100, Newest: true}),
			"with a text": paged(t, j, live.Query{Filter: live.Filter{Sources: sources, Where: filter.MustParse("xxx")}, Limit: 100}),
		} {
			v.complete(t, kind+" of "+name, want)
			if v.gaps == 0 || v.unknown || v.missing < 5 || v.missing > 30 || v.numbers[len(v.numbers)-1] < n-1 {
				t.Errorf("%s of %s: %d gaps, %d missing, the last is %d", kind, name, v.gaps, v.missing, v.numbers[len(v.numbers)-1])
			}
		}
	}
	select {
	case <-moved:
	default:
		t.Error("nobody was told")
	}
	if s := j.Stats(); s.Fault != nil || !strings.Contains(fmt.Sprint(s.Damage), "damaged") || !strings.Contains(fmt.Sprint(s.Damage), j.Epoch()) {
		t.Errorf("%+v", s)
	}
	p, err := j.Read(t.Context(), live.Query{After: n / 2, Before: n/2 + 2, Limit: 1})
	if err != nil || len(p.Messages) != 1 || p.Messages[0].Kind != live.GapKind || p.Messages[0].Number != n/2+1 {
		t.Errorf("the message itself: %+v, %v", p, err)
	}
	if _, err := j.Append(t.Context(), live.Draft{Source: a, Data: "after"}); err != nil {
		t.Errorf("a publish: %v", err)
	}
}

// Every page of a file is overwritten once: whatever it held, all messages come
// or are counted, or the history is refused as a whole.
func TestWhicheverPageIsDamagedTheOthersAreRead(t *testing.T) {
	const n = 700
	file, a, _ := written(t, n)
	opened := 0
	for page := 1; page < len(file)/pageSize; page++ {
		j, err := spoilt(t, file, page)
		if err != nil {
			if !errors.Is(err, &live.Error{Code: "bad_database"}) {
				t.Errorf("page %d: %v", page, err)
			}
			continue
		}
		opened++
		what := fmt.Sprintf("page %d: ", page)
		followed(t, j).complete(t, what+"a stream", n)
		followed(t, j, a).complete(t, what+"a stream of one source", n/2)
		paged(t, j, live.Query{Limit: 300}).complete(t, what+"pages", n)
		paged(t, j, live.Query{Filter: live.Filter{Sources: []int64{a}}, Limit: 300, Newest: true}).complete(t, what+"pages of one source", n/2)
		if _, _, err := j.Resume(t.Context(), nil, "id333"); err != nil {
			t.Errorf("%sresume: %v", what, err)
		}
		if err := j.Close(); err != nil && !errors.Is(err, &live.Error{Code: "bad_database"}) {
			t.Errorf("%sclose: %v", what, err)
		}
	}
	if pages := len(file) / pageSize; opened < pages*3/4 {
		t.Errorf("%d of %d could be opened", opened, pages)
	}
}

func TestTrimmingReportsDamage(t *testing.T) {
	const n = 1500
	file, _, _ := written(t, n)
	j, err := spoilt(t, file, pageOf(t, file, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Trim(t.Context(), live.Keep{Messages: 100}); !errors.Is(err, &live.Error{Code: "bad_database"}) {
		t.Errorf("trimming: %v", err)
	}
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(fmt.Sprint(j.Stats().Damage), "no longer be deleted"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the damage is %v", j.Stats().Damage)
		}
	}
	followed(t, j).complete(t, "a stream", n)
}

func TestMessagesBetweenTwoDamagedPagesAreRead(t *testing.T) {
	const n = 1500
	file, _, _ := written(t, n)
	j, err := spoilt(t, file, pageOf(t, file, 300), pageOf(t, file, 361), pageOf(t, file, 1201))
	if err != nil {
		t.Fatal(err)
	}
	v := followed(t, j)
	v.complete(t, "a stream", n)
	if v.gaps != 3 || !slices.Contains(v.numbers, 335) {
		t.Errorf("%d gaps, %d missing", v.gaps, v.missing)
	}
	if !strings.Contains(fmt.Sprint(j.Stats().Damage), "several places") {
		t.Error(j.Stats().Damage)
	}
}
