package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A view is what one reader has seen over all its connections. It checks what
// comes next: every message in order, none lost and none repeated, except where
// a gap says so.
type view struct {
	*part
	who   string
	of    *instance
	wants []string     // types; empty for all
	from  map[int]bool // publishers whose messages it sees
	whole bool         // whether it sees every message
	exact bool         // whether a count of what it misses can be checked
	all   bool         // whether it begins with each publisher's first message
	kept  bool         // whether it reads the history, not a stream

	last      map[int]int64       // newest message seen of each publisher
	base      map[int]int64       // newest message of each publisher that may be missing because it is older than the view
	mayMiss   map[int]bool        // publishers with a gap since their last message
	mayRepeat map[int]bool        // publishers with a gap that announced repeats
	place     int64               // the newest position of this instance
	others    map[*instance]int64 // the newest position of other instances
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

// forget starts over, as a reader without a Last-Event-ID.
func (v *view) forget() {
	v.last, v.base, v.mayMiss, v.mayRepeat = make(map[int]int64), make(map[int]int64), make(map[int]bool), make(map[int]bool)
	v.place, v.others, v.trimCount = 0, make(map[*instance]int64), trimCount{}
}

// begun records a new connection that resumes after an id. Without one, older
// messages may be missing.
func (v *view) begun(after string) {
	v.trimCount = trimCount{} // the program counts from the last message read
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

// event checks one message.
func (v *view) event(e event) error {
	m, err := v.parse(e.data)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", v.who, e.id, err)
	}
	p := v.publishers[m.publisher]
	if !v.from[m.publisher] {
		return fmt.Errorf("promise 2: %s was shown %v, which it did not ask for", v.who, m)
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

// parse parses the data of a message.
func (v *view) parse(data string) (message, error) {
	fields := strings.SplitN(data, " ", 3)
	if len(fields) == 3 {
		p, err1 := strconv.Atoi(fields[0])
		n, err2 := strconv.ParseInt(fields[1], 10, 64)
		if err1 == nil && err2 == nil && v.publishers[p] != nil && (n%10 == 0) == strings.HasSuffix(data, "\nand a second line") {
			return message{p, n}, nil
		}
	}
	return message{}, fmt.Errorf("promise 1: data that no publisher sent: %.100q", data)
}

// position checks that positions ascend, that each belongs to one message, and
// that the id is one of the message.
func (v *view) position(e event, p *publisher, m message) error {
	home := p.at.number(e.origin)
	if home == 0 && (p.at == v.of || e.number == 0) { // the history has no origins
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

// known reports whether a message may have an id: the chosen one, or a position
// if none was chosen or another message has it.
func (v *view) known(e event, p *publisher, m message) bool {
	chosen := p.id(m.n)
	if chosen != "" && e.id == chosen {
		return true
	}
	if chosen != "" && p.idScheme == named && p.at == v.of && p.removal == nil {
		return false
	}
	// It may be the position in any instance that the message passed.
	epoch, _, _ := strings.Cut(e.id, ".")
	i := v.home(epoch)
	return i != nil && i.number(e.id) > 0
}

// between checks that no message exists between two consecutive ones.
func (v *view) between(before, number int64) (err error) {
	v.of.ledger.between(before, number, func(n int64, e entry) bool {
		p := v.publishers[e.publisher]
		if e.kind == mirrored || p.at != v.of || p.mayBeRemoved(e.n) {
			return true // was shown with another id than this number
		}
		if v.last[e.publisher] == 0 && e.n <= v.base[e.publisher] {
			return true // removed with its channel before the view began
		}
		err = fmt.Errorf("promise 2: %s was shown %d after %d, without %v, which is %d", v.who, number, before, e.message, n)
		return false
	})
	return err
}

// order checks one publisher's messages: none repeated, none missing.
func (v *view) order(p *publisher, m message) error {
	last := v.last[m.publisher]
	if m.n <= last {
		// A retry after a removal is a new message, because the first one is deleted.
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

// behind returns a message that the view has still to see, or "".
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

// gap checks a gap. One that was passed on tells what another instance missed.
func (v *view) gap(data string, passedOn bool) error {
	var g struct {
		Code    string
		Missing *int64
	}
	if err := json.Unmarshal([]byte(data), &g); err != nil || g.Code == "" {
		return fmt.Errorf("promise 3: %s was shown a gap without a code: %q", v.who, data)
	}
	v.countGap(g.Code)
	switch g.Code {
	case "trimmed":
		v.trimmedGap(g.Missing)
		return nil
	case "unknown_id": // the id was trimmed, or removed with its channel
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
		// From a feed that resumes at a server with the whole history, so nothing may
		// be missing. "no_ids" comes from a feed without a message before it lost the
		// connection.
		if g.Missing != nil && *g.Missing > 0 {
			return fmt.Errorf("promise 3: %s was shown a gap where nothing is missing: %s", v.who, data)
		}
		return nil
	}
	return fmt.Errorf("promise 3: %s was shown a gap without a cause: %s", v.who, data)
}

// mayBeForgotten reports whether the program may have forgotten an id that the
// view has read.
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

// allowRepeats records that the stream goes back: messages may be repeated.
func (v *view) allowRepeats() {
	for p := range v.from {
		v.mayRepeat[p] = true
	}
	v.place, v.others, v.trimCount = 0, make(map[*instance]int64), trimCount{}
}
