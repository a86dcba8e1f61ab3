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
	*part
	who   string
	of    *instance
	wants []string     // types; empty for all
	from  map[int]bool // whose words it sees
	whole bool         // whether it sees every message
	exact bool         // whether a count of what it misses can be checked
	all   bool         // whether it begins with each publisher's first word
	kept  bool         // whether it is what is stored, not what a client is shown

	last      map[int]int64       // of each publisher, what was seen last
	base      map[int]int64       // of each publisher, what may have gone before the view began
	mayMiss   map[int]bool        // since a gap
	mayRepeat map[int]bool        // since a gap that announced repeats
	place     int64               // the newest position of this instance
	others    map[*instance]int64 // the newest of the others
	trimCount trimCount
	seen      int64
}

func (p *part) view(who string, of *instance, wants []string, sources ...string) *view {
	v := &view{part: p, who: who, of: of, wants: wants, whole: len(wants) == 0 && len(sources) == 0, exact: len(wants) == 0}
	v.from = make(map[int]bool)
	if len(sources) == 0 {
		sources = p.names(of)
	}
	for _, s := range sources {
		for _, n := range p.writers[of][s] {
			v.from[n] = true
			v.exact = v.exact && p.publishers[n].at == of && p.publishers[n].removal == nil
		}
	}
	v.forget()
	return v
}

// forget begins anew, as a reader without a Last-Event-ID.
func (v *view) forget() {
	v.last, v.base, v.mayMiss, v.mayRepeat = make(map[int]int64), make(map[int]int64), make(map[int]bool), make(map[int]bool)
	v.place, v.others, v.trimCount = 0, make(map[*instance]int64), trimCount{}
}

// begun notes that a connection was made, after an id or without one: then
// what was said until now may not be shown.
func (v *view) begun(after string) {
	v.trimCount = trimCount{} // the program counts again from what was read last
	switch {
	case after == "":
		for p := range v.from {
			r := v.publishers[p].at.outcomes
			r.mu.Lock()
			v.base[p] = r.newest[p]
			r.mu.Unlock()
		}
	case v.of.number(after) > 0:
		v.byPosition.Add(1)
	default:
		v.byID.Add(1)
	}
}

func (v *view) wanted(n int64) bool { return len(v.wants) == 0 || slices.Contains(v.wants, typeOf(n)) }

// event takes one message as it came.
func (v *view) event(e event) error {
	m, err := v.parse(e.data)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", v.who, e.id, err)
	}
	p := v.publishers[m.publisher]
	if !v.from[m.publisher] {
		return fmt.Errorf("promise 2: %s was shown %v, whom it does not follow", v.who, m)
	}
	if e.typ != typeOf(m.n) || !v.wanted(m.n) {
		return fmt.Errorf("promise 2: %s was shown %v as %s", v.who, m, e.typ)
	}
	if err := p.at.outcomes.see(m); err != nil {
		return fmt.Errorf("%s: %w", v.who, err)
	}
	if err := v.position(e, p, m); err != nil {
		return err
	}
	v.seen++
	v.shown.Add(1)
	return v.order(p, m)
}

// parse reads a message's data.
func (v *view) parse(data string) (message, error) {
	fields := strings.SplitN(data, " ", 3)
	if len(fields) == 3 {
		p, err1 := strconv.Atoi(fields[0])
		n, err2 := strconv.ParseInt(fields[1], 10, 64)
		if err1 == nil && err2 == nil && v.publishers[p] != nil && (n%10 == 0) == strings.HasSuffix(data, "\nand a second line") {
			return message{p, n}, nil
		}
	}
	return message{}, fmt.Errorf("promise 1: data that nobody sent: %.100q", data)
}

// position checks that the positions of each instance grow, that each means
// one message only, and that the id is one by which the message is known.
func (v *view) position(e event, p *publisher, m message) error {
	home := p.at.number(e.origin)
	if home == 0 && (p.at == v.of || e.number == 0) { // the history does not say where a message came from
		return fmt.Errorf("promise 2: %s was shown %v with the id %q and the origin %q", v.who, m, e.id, e.origin)
	}
	if !v.known(e, p, m) {
		return fmt.Errorf("promise 2: %s was shown %v with the id %q", v.who, m, e.id)
	}
	own := e.number
	switch {
	case p.at == v.of:
		own = home
	case own == 0:
		own = v.of.number(e.id)
	}
	if home > 0 {
		if err := p.at.ledger.add(home, m, original); err != nil {
			return fmt.Errorf("%s: %w", v.who, err)
		}
		if p.at != v.of && home <= v.others[p.at] {
			return fmt.Errorf("promise 2: %s was shown %v, %s of %s as %s, after %d", v.who, m, e.origin, p.at.name, e.id, v.others[p.at])
		}
		v.others[p.at] = home
	}
	if own == 0 {
		return nil
	}
	if own <= v.place {
		return fmt.Errorf("promise 2: %s was shown %d after %d", v.who, own, v.place)
	}
	before := v.place
	v.place = own
	if err := v.of.ledger.add(own, m, 0); err != nil {
		return fmt.Errorf("%s: %w", v.who, err)
	}
	if v.whole && before > 0 && len(v.mayMiss) == 0 {
		return v.between(before, own)
	}
	return nil
}

// known reports whether an id is one that a word may have: the one that was
// chosen, or the position where none was or another message has it.
func (v *view) known(e event, p *publisher, m message) bool {
	chosen := p.id(m.n)
	if chosen != "" && e.id == chosen {
		return true
	}
	if chosen != "" && p.idScheme == named && p.at == v.of && p.removal == nil {
		return false
	}
	// Over several instances it has the position in any of them.
	epoch, _, _ := strings.Cut(e.id, ".")
	i := v.home(epoch)
	return i != nil && i.number(e.id) > 0
}

// between checks that nobody was told of a message between two that came one
// after the other.
func (v *view) between(before, number int64) (err error) {
	v.of.ledger.between(before, number, func(n int64, e entry) bool {
		p := v.publishers[e.publisher]
		if e.kind == mirrored || p.at != v.of || p.mayBeRemoved(e.n) {
			return true // came under another id than this number
		}
		if v.last[e.publisher] == 0 && e.n <= v.base[e.publisher] {
			return true // trimmed with its channel before the view began
		}
		err = fmt.Errorf("promise 2: %s was shown %d after %d, without %v, which is %d", v.who, number, before, e.message, n)
		return false
	})
	return err
}

// order checks one publisher's words: none twice, none left out.
func (v *view) order(p *publisher, m message) error {
	last := v.last[m.publisher]
	if m.n <= last {
		// A retry after a removal is a new message, as the first one has gone.
		if !v.mayRepeat[m.publisher] && !(m.n == last && p.mayBeRemoved(m.n)) {
			return fmt.Errorf("promise 2: %s was shown %v after its message %d", v.who, m, last)
		}
		last = m.n - 1
	}
	if last == 0 {
		last = v.base[m.publisher]
	}
	known := v.last[m.publisher] > 0 || v.base[m.publisher] > 0 || v.all
	if !v.mayMiss[m.publisher] && known {
		for n := last + 1; n < m.n; n++ {
			if v.wanted(n) && !p.mayBeRemoved(n) && !p.at.outcomes.skip(message{m.publisher, n}, v.who) {
				return fmt.Errorf("promise 1 or 3: %s was shown %v after its message %d, and no gap said that message %d is missing", v.who, m, last, n)
			}
		}
	}
	if err := v.count(p, last, m.n); err != nil {
		return err
	}
	delete(v.mayMiss, m.publisher)
	delete(v.mayRepeat, m.publisher)
	v.last[m.publisher] = m.n
	return nil
}

// behind returns what the view has still to see, "" where that is nothing.
func (v *view) behind() string {
	for n := range v.from {
		p := v.publishers[n]
		if v.kept && v.of.trimmed.Load() && v.last[n] == 0 {
			continue // all of it may have been trimmed
		}
		last := p.at.outcomes.last(n, v.wanted)
		if !v.mayMiss[n] && v.last[n] < last && v.base[n] < last && !p.mayBeRemoved(last) {
			return fmt.Sprintf("%v; it is at %d", message{n, last}, v.last[n])
		}
	}
	return ""
}

// gap takes a gap as it came. One that was passed on from another instance is
// about what that one missed.
func (v *view) gap(data string, passedOn bool) error {
	var g struct {
		Code    string
		Missing *int64
	}
	if err := json.Unmarshal([]byte(data), &g); err != nil || g.Code == "" {
		return fmt.Errorf("promise 3: %s was shown a gap that says nothing: %q", v.who, data)
	}
	v.countGap(g.Code)
	switch g.Code {
	case "trimmed":
		v.trimmedGap(g.Missing)
		return nil
	case "unknown_id": // the id was trimmed, or went with its channel
		if passedOn || v.mayBeForgotten() {
			v.trimmedGap(nil)
			v.allowRepeats()
			return nil
		}
	case "ambiguous_id":
		if !passedOn {
			v.allowRepeats()
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

// mayBeForgotten reports whether an id that the view has read may be forgotten.
func (v *view) mayBeForgotten() bool {
	if v.of.trimmed.Load() {
		return true
	}
	for n := range v.from {
		if v.publishers[n].removal != nil {
			return true
		}
	}
	return false
}

// allowRepeats begins again at an earlier place: messages come twice.
func (v *view) allowRepeats() {
	for p := range v.from {
		v.mayRepeat[p] = true
	}
	v.place, v.others, v.trimCount = 0, make(map[*instance]int64), trimCount{}
}
