package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// crashing is the variable that makes this test binary the one that is killed.
const crashing = "SIGNALBOX_TEST_CRASH"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashing); dir != "" {
		if err := appendForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if dir := os.Getenv(filling); dir != "" {
		if err := fillSlowly(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// appendForever appends from 64 goroutines and prints each message once it is
// acknowledged.
func appendForever(dir string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	j, err := journal.Open(ctx, db, journal.Options{})
	if err != nil {
		return err
	}
	s, ok := j.Source("a")
	if !ok {
		if s, err = j.AddSource(ctx, live.Source{Name: "a", Kind: live.ChannelSource}); err != nil {
			return err
		}
	}
	errs := make(chan error)
	for g := range 64 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d/%d/%d", os.Getpid(), g, i)
				drafts := []live.Draft{{Source: s.ID, ID: id, Data: strings.Repeat("x", i%3000)}}
				done, err := j.AppendAll(ctx, drafts, live.Mark{Name: "publisher/" + strconv.Itoa(g), Number: live.Newest, Text: id})
				if err != nil {
					errs <- err
					return
				}
				fmt.Printf("%d %s\n", done.Last, id) // one write, so that a kill cuts no line but the last
			}
		}()
	}
	return <-errs
}

func TestAKillLosesNoAcknowledgedMessageAndRepeatsNone(t *testing.T) {
	dir := t.TempDir()
	acknowledged := make(map[string]int64)
	for round := range 5 {
		lines := killed(t, dir, time.Duration(50+rand.IntN(400))*time.Millisecond)
		if len(lines) == 0 {
			t.Fatalf("round %d: nothing was acknowledged", round)
		}
		latest := make(map[string]string)
		for id, n := range lines {
			acknowledged[id] = n
			_, rest, _ := strings.Cut(id, "/")
			g, i, _ := strings.Cut(rest, "/")
			if old, ok := latest[g]; !ok || len(i) > len(old) || len(i) == len(old) && i > old {
				latest[g] = i
			}
		}
		check(t, dir, acknowledged, latest)
	}
	t.Logf("%d acknowledged messages in 5 lives", len(acknowledged))
}

// killed runs the child, kills it after a while from its first word on, and
// returns what it had printed.
func killed(t *testing.T, dir string, after time.Duration) map[string]int64 {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), crashing+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(map[string]int64)
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			break // also where the last line was cut
		}
		if len(lines) == 0 {
			time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
		var n int64
		var id string
		if _, err := fmt.Sscan(line, &n, &id); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines[id] = n
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the child was not killed: %v", err)
	}
	return lines
}

// check opens what the kill has left: every acknowledged message is there
// under its number, no id is there twice, and the marks of the last life are
// not older than what it acknowledged.
func check(t *testing.T, dir string, acknowledged map[string]int64, latest map[string]string) {
	t.Helper()
	db := open(t, dir)
	defer db.Close()
	found := make(map[string]int64)
	var place int64
	for place < db.Last() {
		ms, through, err := db.Read(t.Context(), nil, place, db.Last(), 5000, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			if n, twice := found[m.ID]; twice {
				t.Fatalf("%s is there twice, as %d and %d", m.ID, n, m.Number)
			}
			if m.Number <= place {
				t.Fatalf("%d comes after %d", m.Number, place)
			}
			found[m.ID], place = m.Number, m.Number
		}
		place = max(place, through)
	}
	for id, n := range acknowledged {
		if found[id] != n {
			t.Fatalf("%s was acknowledged as %d and is there as %d", id, n, found[id])
		}
	}
	_, tallies, err := db.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if tally := tallies[1]; tally.Kept != int64(len(found)) || tally.Appended != tally.Kept {
		t.Errorf("the tally counts %d of %d messages", tally.Kept, len(found))
	}
	for g, i := range latest {
		m, err := db.Mark(t.Context(), "publisher/"+g)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(m.Text, "/")
		_, marked, _ := strings.Cut(rest, "/")
		if len(marked) < len(i) || len(marked) == len(i) && marked < i {
			t.Errorf("publisher %s had %s acknowledged, its mark says %s", g, i, marked)
		}
		if found[m.Text] != m.Number {
			t.Errorf("the mark of publisher %s is for %s as %d, which is there as %d", g, m.Text, m.Number, found[m.Text])
		}
	}
}
