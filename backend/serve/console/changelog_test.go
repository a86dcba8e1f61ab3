package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A screen reads one update after the other.
type screen struct {
	*testing.T
	log  *changeLog
	next string
}

func version(id int64, content string) sourceVersion {
	view := fmt.Sprintf("%d:%s", id, content)
	return sourceVersion{id: id, key: []byte(view), view: view}
}

// read reads one update and returns its views.
func (s *screen) read() (u update, views []string) {
	s.Helper()
	u = s.log.since(s.next, nil)
	s.next = u.next
	for _, v := range u.sources {
		views = append(views, v.(string))
	}
	return u, views
}

func (s *screen) want(views ...string) {
	s.Helper()
	if _, got := s.read(); !slices.Equal(got, views) {
		s.Errorf("sent %q, not %q", got, views)
	}
}

func TestAScreenIsSentWhatChanged(t *testing.T) {
	log := newChangeLog()
	s := &screen{T: t, log: log}
	log.note([]sourceVersion{version(1, "a"), version(2, "a")})
	if u, _ := s.read(); !u.whole || len(u.sources) != 2 {
		t.Errorf("the first answer: %+v", u)
	}
	s.want()
	log.note([]sourceVersion{version(1, "a"), version(2, "b"), version(3, "a")})
	s.want("2:b", "3:a")
	s.want()
	log.note([]sourceVersion{version(2, "b"), version(3, "a")})
	if u, _ := s.read(); u.whole || !slices.Equal(u.removed, []int64{1}) || len(u.sources) != 0 {
		t.Errorf("after a removal: %+v", u)
	}
	log.note([]sourceVersion{version(1, "a"), version(2, "b"), version(3, "a")}) // restored
	s.want("1:a")
}

func TestAnotherStartOrAnOldPlaceIsAnsweredWhole(t *testing.T) {
	log := newChangeLog()
	log.note([]sourceVersion{version(1, "a")})
	old := log.since("", nil).next
	for _, text := range []string{"", "x", "other.1.0.0", log.run, log.run + ".99.0.0", log.run + ".a.b.c"} {
		if !log.since(text, nil).whole {
			t.Errorf("%q was taken for a place", text)
		}
	}
	for i := range int64(maxRemoved + 1) {
		log.note([]sourceVersion{version(1, "a"), version(i+2, "a")})
	}
	if log.since(old, nil).whole {
		t.Error("all removals are remembered still")
	}
	for i := range int64(5) {
		log.note([]sourceVersion{version(1, "a"), version(i+5000, "a")})
	}
	if !log.since(old, nil).whole {
		t.Error("a removal was forgotten and not told")
	}
}

func TestAnUpdateIsSmallAndNoSourceStarves(t *testing.T) {
	const n = 2000
	log := newChangeLog()
	all := func(round int) []sourceVersion {
		list := make([]sourceVersion, n)
		for i := range list {
			list[i] = version(int64(i+1), fmt.Sprintf("%0300d", round))
		}
		return list
	}
	log.note(all(0))
	s := &screen{T: t, log: log}
	s.read()
	seen := make(map[string]bool)
	for round := 1; len(seen) < n; round++ {
		log.note(all(round)) // every source changes all the time
		u, views := s.read()
		size := 0
		for _, v := range views {
			size += len(v)
			id, _, _ := strings.Cut(v, ":")
			seen[id] = true
		}
		if size > maxUpdate+400 || !u.more {
			t.Fatalf("an update of %d bytes, more: %v", size, u.more)
		}
		if round > 2*n {
			t.Fatalf("only %d sources were sent", len(seen))
		}
	}
	// Once nothing changes any more, the screen comes to know all of it.
	last := all(9999)
	log.note(last)
	known := make(map[string]string)
	for more := true; more; {
		var views []string
		var u update
		u, views = s.read()
		for _, v := range views {
			id, content, _ := strings.Cut(v, ":")
			known[id] = content
		}
		more = u.more
	}
	for _, v := range last {
		id, content, _ := strings.Cut(v.view.(string), ":")
		if known[id] != content {
			t.Fatalf("source %s is not up to date", id)
		}
	}
}

func TestNamedSourcesAreAlwaysSent(t *testing.T) {
	log := newChangeLog()
	log.note([]sourceVersion{version(1, "a"), version(2, "a")})
	next := log.since("", nil).next
	u := log.since(next, map[int64]bool{2: true})
	if len(u.sources) != 1 || u.sources[0] != "2:a" {
		t.Errorf("%+v", u)
	}
}
