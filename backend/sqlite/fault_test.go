package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// fill appends until the disk is full, and returns the acknowledged messages.
func fill(t *testing.T, j *journal.Journal, source int64) []string {
	t.Helper()
	var kept []string
	for i := range 100_000 {
		data := fmt.Sprint(i, " ", strings.Repeat("x", 1000))
		_, err := j.Append(t.Context(), live.Draft{Source: source, Data: data})
		if err == nil {
			kept = append(kept, data)
			continue
		}
		e, ok := errors.AsType[*live.Error](err)
		if !ok || e.Code != "disk_full" || e.Hint == "" {
			t.Fatalf("after %d messages: %v", i, err)
		}
		return kept
	}
	t.Fatal("the disk was never full")
	return nil
}

// holds checks that these are the oldest messages kept, each once.
func holds(t *testing.T, j *journal.Journal, want []string) {
	t.Helper()
	c := j.Follow(live.Filter{}, 0)
	var got []string
	for len(got) < len(want) {
		b, err := c.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Entries {
			got = append(got, e.Data)
		}
	}
	if !reflect.DeepEqual(got[:len(want)], want) {
		t.Errorf("%d messages came back that are not the %d acknowledged ones", len(got), len(want))
	}
}

// fullDisk tells the story of a disk that fills up: nothing acknowledged is
// lost, publishers are told, and freeing space is all it takes.
func fullDisk(t *testing.T, dir string, free func(*journal.Journal), opt ...sqlite.Option) {
	j, err := journal.Open(t.Context(), open(t, dir, opt...), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	s, err := j.AddSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	kept := fill(t, j, s.ID)
	if j.Stats().Fault == nil || j.Last() != int64(len(kept)) || j.Tally(s.ID).Kept != j.Last() {
		t.Errorf("fault %v; the newest of %d is %d", j.Stats().Fault, len(kept), j.Last())
	}
	holds(t, j, kept)
	// Readers see the newest also while nothing can be written.
	p, err := j.Read(t.Context(), live.Query{Newest: true, Limit: 1})
	if err != nil || len(p.Messages) != 1 || p.Messages[0].Data != kept[len(kept)-1] {
		t.Errorf("%d messages, %v", len(p.Messages), err)
	}
	free(j)
	until(t, j, false) // nobody appends: it is found out by itself
	if _, err := j.Append(t.Context(), live.Draft{Source: s.ID, Data: "after"}); err != nil {
		t.Fatalf("with space again: %v", err)
	}
	first := j.First()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, err = journal.Open(t.Context(), open(t, dir), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	holds(t, j, append(kept[first-1:], "after"))
}

func TestTrimmingGivesSpaceBackToTheDisk(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	j, err := journal.Open(t.Context(), db, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	s, err := j.AddSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		drafts := make([]live.Draft, 100)
		for i := range drafts {
			drafts[i] = live.Draft{Source: s.ID, Data: strings.Repeat("x", 10<<10)}
		}
		if _, err := j.AppendAll(t.Context(), drafts); err != nil {
			t.Fatal(err)
		}
	}
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "signalbox.db"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if size() < 38<<20 {
		t.Fatalf("the file has %d bytes only", size())
	}
	// All at once, while the program runs: what is left is 4 MiB of messages,
	// and some pages for those that come.
	if _, err := j.Trim(t.Context(), live.Keep{Bytes: 4 << 20}); err != nil {
		t.Fatal(err)
	}
	if size() > 8<<20 {
		t.Errorf("the file still has %d bytes", size())
	}
	if _, err := j.Append(t.Context(), live.Draft{Source: s.ID}); err != nil {
		t.Error(err)
	}
}

func TestAFullDatabaseKeepsItsMessagesAndAcceptsMoreAfterTrimming(t *testing.T) {
	fullDisk(t, t.TempDir(), func(j *journal.Journal) {
		if _, err := j.Trim(t.Context(), live.Keep{Messages: 100}); err != nil {
			t.Fatal(err)
		}
	}, sqlite.WithMaxPages(1000))
}
