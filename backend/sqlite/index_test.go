package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"signalbox/backend/filter"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
	"signalbox/backend/sqlite/index"
	"signalbox/backend/sqlite/signature"
)

// smallIndex has segments of about 8 KB of text, so that a test has many of them.
var smallIndex = index.Options{BlockBytes: 1000, SegmentBlocks: 8, Hurry: true, Retry: time.Millisecond}

// runIndex runs the index of a history. end ends it.
func runIndex(t *testing.T, db *sqlite.DB, o index.Options) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- db.Index().Run(ctx, o) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the index ended with %v", err)
		}
	}
}

// untilIndex waits until the state of an index is as wanted.
func untilIndex(t *testing.T, db *sqlite.DB, what string, wanted func(index.State) bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		s := db.Index().State()
		if wanted(s) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the index is not %s: %+v", what, s)
		}
	}
}

func indexed(t *testing.T, db *sqlite.DB) {
	t.Helper()
	untilIndex(t, db, "complete", func(s index.State) bool { return s.Running && s.Behind == 0 })
}

// leftOut returns how many numbers an index leaves out of a search for a text.
func leftOut(db *sqlite.DB, text string) (n int64) {
	q := index.Question{Text: signature.Piece(text), From: math.MinInt64, To: math.MaxInt64}
	for s := range db.Index().Stretches(&q, 0, db.Last(), true) {
		if !s.Candidate {
			n += s.Through - s.After
		}
	}
	return n
}

// texts are pieces of data: in both cases, of one to four bytes for each character,
// with a NUL, an escape and bytes that are no UTF-8.
var texts = []string{"order", "Paid", "SHIPPED", "70012345", "8f14e45f", "退货", "客户", "退", "é", "\x00", "\xff\xe9", "\xe9\x80", `\u9000`, `"`, "x", " ", "ab", "walrus"}

func someText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n) {
		b.WriteString(texts[r.IntN(len(texts))])
		if r.IntN(4) == 0 {
			b.WriteByte(byte(r.IntN(256)))
		}
	}
	return b.String()
}

// appendTexts appends random events, gaps and notes of two sources, received after all
// others.
func appendTexts(t *testing.T, db *sqlite.DB, r *rand.Rand, n int) {
	t.Helper()
	newest, err := db.Page(t.Context(), live.Query{Newest: true, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	at := morning
	for i := range newest.Messages {
		at = newest.Messages[i].Received
	}
	var ms []live.Message
	for range n {
		if r.IntN(3) > 0 {
			at = at.Add(time.Duration(r.IntN(1_000_000)) * time.Microsecond)
		}
		m := live.Message{Draft: live.Draft{Source: 1 + int64(r.IntN(2)), Type: "message", Data: someText(r, 12), Received: at}}
		switch r.IntN(40) {
		case 0:
			m.Kind, m.Type, m.Data = live.GapKind, live.GapKind.String(), `{"reason":"`+texts[r.IntN(4)]+`"}`
		case 1:
			m.Data = strings.Repeat(someText(r, 20), 50) // longer than a block
		case 2, 3, 4:
			m.Type = "order.paid"
		case 5:
			m.Kind, m.Type, m.Data = live.NoteKind, live.NoteKind.String(), `{"code":"lost"}`
		case 6:
			m.Type = fmt.Sprint("other.", r.IntN(1000))
		}
		ms = append(ms, m)
	}
	if err := db.Append(t.Context(), ms, nil); err != nil {
		t.Fatal(err)
	}
}

// morning is before all messages of appendTexts.
var morning = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

func twoSources(t *testing.T, db *sqlite.DB) {
	t.Helper()
	for _, name := range []string{"a", "b"} {
		if _, err := db.PutSource(t.Context(), live.Source{Name: name, Kind: live.ChannelSource, Created: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
}

// all returns the messages of all pages of a filter.
func all(t *testing.T, db *sqlite.DB, f live.Filter, newest bool, limit int) (list []live.Message) {
	t.Helper()
	q := live.Query{Filter: f, Newest: newest, Limit: limit}
	for {
		p, err := db.Page(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if newest {
			list = append(slices.Clone(p.Messages), list...)
		} else {
			list = append(list, p.Messages...)
		}
		if !p.More {
			return list
		}
		if q.After = p.To; newest {
			q.After, q.Before = 0, p.From
		}
	}
}

func numbers(list []live.Message) (ns []int64) {
	for _, m := range list {
		ns = append(ns, m.Number)
	}
	return ns
}

// searchesFindAll compares searches with a test of every message.
func searchesFindAll(t *testing.T, db *sqlite.DB, r *rand.Rand, searches int) {
	t.Helper()
	messages := all(t, db, live.Filter{}, false, 5000)
	for range searches {
		var f live.Filter
		var words []string
		for range 1 + r.IntN(2) {
			text := texts[r.IntN(len(texts))]
			if len(messages) > 0 && r.IntN(2) == 0 { // any part of a message
				data := messages[r.IntN(len(messages))].Data
				from := r.IntN(len(data) + 1)
				text = data[from:min(len(data), from+1+r.IntN(12))]
			}
			if !utf8.ValidString(text) || strings.ContainsAny(text, `"\`) { // a part of a character is no text to search for
				text = "walrus"
			}
			words = append(words, `"`+text+`"`)
		}
		text := strings.Join(words, []string{" ", " or "}[r.IntN(2)])
		switch r.IntN(8) {
		case 0:
			f.Sources = []int64{1 + int64(r.IntN(2))}
		case 1:
			text = "event:order.*,none (" + text + ")"
		case 2:
			text = "is:event (" + text + ")"
		case 3:
			text = "-walrus (" + text + ")"
		case 4:
			text = "/ORDER[^a]*/i (" + text + ")"
		case 5:
			text = timeTerm(r, messages) + " (" + text + ")"
		case 6:
			text = "-" + timeTerm(r, messages) + " (is:event or " + timeTerm(r, messages) + ")"
		}
		where, err := filter.Parse(text, filter.Env{})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		f.Where = where
		var want []int64
		for i := range messages {
			if f.Match(&messages[i]) {
				want = append(want, messages[i].Number)
			}
		}
		newest := r.IntN(2) == 0
		if got := numbers(all(t, db, f, newest, 1+r.IntN(300))); !slices.Equal(got, want) {
			t.Fatalf("%q of %v, newest %v: found %v, want %v", text, f.Sources, newest, got, want)
		}
	}
}

// Whatever happens to the index, searches find what a test of every message finds, and
// counts are exact: after trimming, clean and other ends, and where files of the index are missing or
// damaged.
func TestSearchesAndCountsAreTheSameWithAndWithoutTheIndex(t *testing.T) {
	dir, r := t.TempDir(), rand.New(rand.NewPCG(1, 2))
	folder := filepath.Join(dir, "index")
	narrowed, counted := 0, 0
	for round := range 14 {
		db := open(t, dir)
		if round == 0 {
			twoSources(t, db)
		}
		end := func() {}
		if round != 5 { // without an index, which then is behind
			end = runIndex(t, db, smallIndex)
		}
		for range 4 {
			appendTexts(t, db, r, r.IntN(300))
			if r.IntN(3) == 0 {
				cut := live.Trim{Source: int64(r.IntN(3)), Messages: int64(r.IntN(100))}
				if cut.Source > 0 && r.IntN(2) == 0 { // a source that is removed, and then restored
					cut.Removed, cut.Limit = true, 1+r.IntN(100)
				}
				if _, err := db.Trim(t.Context(), cut); err != nil {
					t.Fatal(err)
				}
			}
			searchesFindAll(t, db, r, 2)
			countsAreExact(t, db, r, 3)
		}
		if round != 5 {
			indexed(t, db)
			// None in a round whose messages are all in the block that is not full yet.
			if leftOut(db, "there is no such text") > 0 {
				narrowed++
			}
			if summarised(db) > 0 {
				counted++
			}
		}
		searchesFindAll(t, db, r, 10)
		countsAreExact(t, db, r, 20)
		before := filesIn(t, folder)
		end()
		searchesFindAll(t, db, r, 4)
		countsAreExact(t, db, r, 4)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		after := filesIn(t, folder)
		switch names := slices.Sorted(maps.Keys(after)); round % 7 {
		case 1: // as after a kill
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
			putFiles(t, folder, before)
		case 2:
			putFiles(t, folder, map[string]string{names[r.IntN(len(names))]: ""})
		case 3: // damaged, at several places
			for _, name := range names {
				text := []byte(after[name])
				for range 1 + len(text)/500 {
					text[r.IntN(len(text))] ^= 1 << r.IntN(8)
				}
				putFiles(t, folder, map[string]string{name: string(text)})
			}
		case 4:
			if err := os.Remove(filepath.Join(folder, names[r.IntN(len(names))])); err != nil {
				t.Fatal(err)
			}
		case 6:
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		}
	}
	if narrowed < 10 {
		t.Errorf("the index left something out in %d of 13 rounds", narrowed)
	}
	if counted < 10 {
		t.Errorf("the index counted something in %d of 13 rounds", counted)
	}
}

// sizeOf returns the size of the files in a folder, in bytes.
func sizeOf(t *testing.T, folder string) (size int64) {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if info, err := f.Info(); err == nil { // else it is gone
			size += info.Size()
		}
	}
	return size
}

func filesIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	list, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, f := range list {
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name()] = string(text)
	}
	return files
}

func putFiles(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// filled returns a history with some thousand messages, and its random numbers.
func filled(t *testing.T, dir string) (*sqlite.DB, *rand.Rand) {
	t.Helper()
	db, r := open(t, dir), rand.New(rand.NewPCG(7, 8))
	twoSources(t, db)
	for range 5 {
		appendTexts(t, db, r, 300)
	}
	return db, r
}

func TestTheIndexIsBuiltForMessagesThatWereThereBefore(t *testing.T) {
	db, r := filled(t, t.TempDir())
	if n := leftOut(db, "no such text"); n != 0 {
		t.Errorf("without an index %d messages are left out", n)
	}
	if n, _ := db.Unindexed(); n != db.Last() {
		t.Errorf("without an index it lacks %d messages of %d", n, db.Last())
	}
	defer runIndex(t, db, smallIndex)()
	indexed(t, db)
	if n, _ := db.Unindexed(); n != 0 {
		t.Errorf("the index lacks %d messages", n)
	}
	if n := leftOut(db, "no such text"); n < 1400 {
		t.Errorf("only %d of 1500 messages are left out", n)
	}
	searchesFindAll(t, db, r, 20)
}

func TestACleanEndKeepsTheWholeIndex(t *testing.T) {
	dir := t.TempDir()
	db, _ := filled(t, dir)
	end := runIndex(t, db, smallIndex)
	indexed(t, db)
	covered := leftOut(db, "no such text")
	end()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	waiting := smallIndex
	waiting.Delay = time.Hour // before it reads the store
	defer runIndex(t, db, waiting)()
	untilIndex(t, db, "loaded", func(s index.State) bool { return s.Running })
	if n := leftOut(db, "no such text"); n != covered {
		t.Errorf("%d messages are left out after the start, %d before the end", n, covered)
	}
}

func TestTheIndexOfTrimmedMessagesIsDeleted(t *testing.T) {
	dir := t.TempDir()
	db, r := filled(t, dir)
	defer runIndex(t, db, smallIndex)()
	indexed(t, db)
	before := db.Index().State().Bytes
	for range 3 {
		if _, err := db.Trim(t.Context(), live.Trim{Messages: 450}); err != nil {
			t.Fatal(err)
		}
	}
	untilIndex(t, db, "smaller, nor its files", func(s index.State) bool {
		return s.Bytes < before/3 && sizeOf(t, filepath.Join(dir, "index")) < before/2
	})
	searchesFindAll(t, db, r, 20)
}

func TestAFolderThatIsDeletedWhileItIsUsedIsBuiltAgain(t *testing.T) {
	dir := t.TempDir()
	db, r := filled(t, dir)
	defer runIndex(t, db, smallIndex)()
	indexed(t, db)
	if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	searchesFindAll(t, db, r, 20) // finds that files are missing
	indexed(t, db)
	if n := leftOut(db, "no such text"); n < 1400 {
		t.Errorf("only %d of 1500 messages are left out", n)
	}
	searchesFindAll(t, db, r, 20)
}

// A user can put an older copy of the history in the place of a newer one. Its next
// messages have numbers that the index knows.
func TestTheIndexOfAnotherCopyOfTheHistoryIsNotUsed(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	db, r := filled(t, dir)
	end := runIndex(t, db, smallIndex)
	indexed(t, db)
	end()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(other, "copy"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	grow := func(dir string) {
		db := open(t, dir)
		end := runIndex(t, db, smallIndex)
		for range 3 {
			appendTexts(t, db, r, 300)
		}
		indexed(t, db)
		end()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	grow(dir)
	grow(filepath.Join(other, "copy"))
	if err := os.Rename(filepath.Join(other, "copy", "signalbox.db"), filepath.Join(dir, "signalbox.db")); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	defer runIndex(t, db, smallIndex)()
	indexed(t, db)
	searchesFindAll(t, db, r, 40)
}

func TestTwoHistoriesHaveAnIndexEach(t *testing.T) {
	one, r := filled(t, t.TempDir())
	two := open(t, t.TempDir())
	twoSources(t, two)
	defer runIndex(t, one, smallIndex)()
	defer runIndex(t, two, smallIndex)()
	appendTexts(t, two, r, 400)
	indexed(t, one)
	indexed(t, two)
	searchesFindAll(t, one, r, 20)
	searchesFindAll(t, two, r, 20)
}

func TestDamagedMessagesAreLeftOutOfTheIndexAndFoundAround(t *testing.T) {
	file, _, _ := written(t, 40_000)
	page := pageOf(t, file, 20_001)
	copy(file[page*pageSize:], bytes.Repeat([]byte{0xa5}, pageSize))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "signalbox.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	defer runIndex(t, db, smallIndex)()
	indexed(t, db)
	if n := leftOut(db, "no such text"); n < 25_000 || n > 39_999 {
		t.Errorf("%d of 40,000 messages are left out", n)
	}
	gaps := all(t, db, live.Filter{Where: filter.MustParse(`"no such text"`)}, true, 100)
	if len(gaps) == 0 || gaps[0].Kind != live.GapKind {
		t.Errorf("a search says nothing about the damage: %v", numbers(gaps))
	}
	for _, number := range []int64{1, 19_000, 21_000, 40_000} {
		found := all(t, db, live.Filter{Where: filter.MustParse(fmt.Sprintf(`is:event "<%d>"`, number))}, true, 100)
		if !slices.Equal(numbers(found), []int64{number}) {
			t.Errorf("message %d: found %v", number, numbers(found))
		}
	}
}
