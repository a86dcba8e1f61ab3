package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A view is what one reader has seen so far, over all its connections, and
// what that obliges the program to show next: each reader sees what it
// follows in order, without a loss and without a repeat, except where a gap
// said so.
type view struct {
	*torture
	who   string
	of    *instance
	wants []string     // types; empty for all
	from  map[int]bool // whose words it sees
	twice map[int]bool // whose words it sees twice and cannot tell apart, as message and as echo
	whole bool         // whether it sees every message

	last    map[int]int64 // of each publisher, what was seen last
	base    map[int]int64 // of each publisher, what may have gone before the view began
	excused map[int]bool  // since a gap
	place   int64         // the newest position of this instance
	other   int64         // the newest of the other one
	seen    int64
}

func (t *torture) view(who string, of *instance, wants []string, sources ...string) *view {
	v := &view{torture: t, who: who, of: of, wants: wants, whole: len(wants) == 0 && len(sources) == 0}
	v.from, v.twice = make(map[int]bool), make(map[int]bool)
	if len(sources) == 0 {
		sources = t.sources[of]
	}
	for _, s := range sources {
		for _, p := range t.speakers(s) {
			v.twice[p] = v.from[p]
			v.from[p] = true
		}
	}
	v.forget()
	return v
}

// forget begins anew, as a reader without a Last-Event-ID.
func (v *view) forget() {
	v.last, v.base, v.excused = make(map[int]int64), make(map[int]int64), make(map[int]bool)
	v.place, v.other = 0, 0
}

// open notes what had been said before a view without a past began.
func (v *view) open() {
	for p := range v.from {
		r := v.publishers[p].at.record
		r.mu.Lock()
		v.base[p] = r.newest[p]
		r.mu.Unlock()
	}
}

func (v *view) wanted(n int64) bool { return len(v.wants) == 0 || slices.Contains(v.wants, typeOf(n)) }

// event takes one message as it came.
func (v *view) event(id, typ, data string) error {
	w, err := v.parse(data)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", v.who, id, err)
	}
	if !v.from[w.publisher] {
		return fmt.Errorf("promise 2: %s was shown %v, whom it does not follow", v.who, w)
	}
	if typ != typeOf(w.n) || !v.wanted(w.n) {
		return fmt.Errorf("promise 2: %s was shown %v as %s", v.who, w, typ)
	}
	if err := v.publishers[w.publisher].at.record.see(w); err != nil {
		return fmt.Errorf("%s: %w", v.who, err)
	}
	if err := v.position(id, w); err != nil {
		return err
	}
	v.seen++
	v.shown.Add(1)
	if v.twice[w.publisher] {
		delete(v.excused, w.publisher)
		return nil
	}
	return v.order(w)
}

// parse reads a message's data.
func (v *view) parse(data string) (word, error) {
	fields := strings.SplitN(data, " ", 3)
	if len(fields) == 3 {
		p, err1 := strconv.Atoi(fields[0])
		n, err2 := strconv.ParseInt(fields[1], 10, 64)
		if err1 == nil && err2 == nil && v.publishers[p] != nil && (n%10 == 0) == strings.HasSuffix(data, "\nand a second line") {
			return word{p, n}, nil
		}
	}
	return word{}, fmt.Errorf("promise 1: data that nobody sent: %.100q", data)
}

// position checks that the positions of each instance grow, and that each
// means one message only.
func (v *view) position(id string, w word) error {
	if number := v.of.number(id); number > 0 {
		if number <= v.place {
			return fmt.Errorf("promise 2: %s was shown %s after %d", v.who, id, v.place)
		}
		before := v.place
		v.place = number
		if err := v.of.told.tell(number, w, 0); err != nil {
			return fmt.Errorf("%s: %w", v.who, err)
		}
		if v.whole && before > 0 && len(v.excused) == 0 {
			return v.between(before, number)
		}
		return nil
	}
	at := v.publishers[w.publisher].at
	if at == v.of {
		if !v.publishers[w.publisher].ids || id != fmt.Sprintf("w%d-%d", w.publisher, w.n) {
			return fmt.Errorf("promise 2: %s was shown %v with the id %q", v.who, w, id)
		}
		return nil
	}
	number := at.number(id)
	if number <= v.other {
		return fmt.Errorf("promise 2: %s was shown %q of %s after %d", v.who, id, at.name, v.other)
	}
	v.other = number
	if err := at.told.tell(number, w, original); err != nil {
		return fmt.Errorf("%s: %w", v.who, err)
	}
	return nil
}

// between checks that nobody was told of a message between two that came one
// after the other.
func (v *view) between(before, number int64) (err error) {
	v.of.told.between(before, number, func(n int64, e entry) bool {
		p := v.publishers[e.publisher]
		if e.kind == mirrored || p.at != v.of || p.ids {
			return true // came under another id than this number
		}
		err = fmt.Errorf("promise 2: %s was shown %d after %d, without %v, which is %d", v.who, number, before, e.word, n)
		return false
	})
	return err
}

// order checks one publisher's words: none twice, none left out.
func (v *view) order(w word) error {
	last := v.last[w.publisher]
	if w.n <= last {
		return fmt.Errorf("promise 2: %s was shown %v after its message %d", v.who, w, last)
	}
	if last == 0 {
		last = v.base[w.publisher]
	}
	if !v.excused[w.publisher] && (last > 0 || v.base[w.publisher] > 0) {
		r := v.publishers[w.publisher].at.record
		for n := last + 1; n < w.n; n++ {
			if v.wanted(n) && !r.skip(word{w.publisher, n}, v.who) {
				return fmt.Errorf("promise 1 or 3: %s was shown %v after its message %d, and no gap said that message %d is missing", v.who, w, last, n)
			}
		}
	}
	delete(v.excused, w.publisher)
	v.last[w.publisher] = w.n
	return nil
}

// gap takes a gap as it came.
func (v *view) gap(data string) error {
	var g struct {
		Code    string
		Missing *int64
	}
	if err := json.Unmarshal([]byte(data), &g); err != nil || g.Code == "" {
		return fmt.Errorf("promise 3: %s was shown a gap that says nothing: %q", v.who, data)
	}
	v.countGap(g.Code)
	switch g.Code {
	case "trimmed", "unknown_id", "other_epoch": // the id was trimmed
		for p := range v.from {
			v.excused[p] = true
		}
		return nil
	case "disconnected", "restarted", "no_ids":
		// A feed's own, about a server that forgets nothing: it excuses nothing.
		// The last is of a feed that had no message before it lost the connection.
		if g.Missing != nil && *g.Missing > 0 {
			return fmt.Errorf("promise 3: %s was shown a gap where nothing is missing: %s", v.who, data)
		}
		return nil
	}
	return fmt.Errorf("promise 3: %s was shown a gap that has no cause here: %s", v.who, data)
}

// behind returns what the view has still to see, "" where that is nothing.
func (v *view) behind() string {
	for p := range v.from {
		last := v.publishers[p].at.record.last(p, v.wanted)
		if !v.twice[p] && !v.excused[p] && v.last[p] < last && v.base[p] < last {
			return fmt.Sprintf("%v; it is at %d", word{p, last}, v.last[p])
		}
	}
	return ""
}
