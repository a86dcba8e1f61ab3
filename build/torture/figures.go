package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// figures are the counts of a run, summed over its parts.
type figures struct {
	acknowledged, unanswered, refused, notCommitted, unknown atomic.Int64
	slowest, slowestEnd                                      atomic.Int64 // answers and ends, in nanoseconds

	retries, recognised, onPurpose, idsRepeated atomic.Int64

	shown, visits, away, byID, byPosition atomic.Int64

	kills, ends, checks, removals, laps  atomic.Int64
	trims, sourceTrims, counted, missing atomic.Int64 // counted: gaps "trimmed" with a correct count; missing: messages in them

	fills, fullStarts, redWhileFull, recoveries, helped atomic.Int64

	mu     sync.Mutex
	gaps   map[string]int64
	memory map[string]int64  // peak of each instance, in KiB
	absent map[string]string // parts that could not run, and why
}

func newFigures() *figures {
	return &figures{gaps: make(map[string]int64), memory: make(map[string]int64), absent: make(map[string]string)}
}

func (f *figures) countGap(code string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gaps[code]++
}

// cannotRun notes that a part cannot run here.
func (f *figures) cannotRun(part, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.absent[part] = why
}

// sum adds the outcomes of a part.
func (f *figures) sum(p *part) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range p.instances {
		all, open := i.outcomes.counts()
		f.acknowledged.Add(all)
		f.notCommitted.Add(open[absent])
		f.unknown.Add(open[unknown])
		f.memory[i.name] = i.peak.Load()
	}
}

// counters returns the counters by name.
func (f *figures) counters() map[string]*atomic.Int64 {
	return map[string]*atomic.Int64{
		"acknowledged": &f.acknowledged, "unanswered": &f.unanswered, "refused": &f.refused, "notCommitted": &f.notCommitted, "unknown": &f.unknown,
		"retries": &f.retries, "recognised": &f.recognised, "onPurpose": &f.onPurpose, "idsRepeated": &f.idsRepeated,
		"shown": &f.shown, "visits": &f.visits, "away": &f.away, "byID": &f.byID, "byPosition": &f.byPosition,
		"kills": &f.kills, "ends": &f.ends, "checks": &f.checks, "removals": &f.removals, "laps": &f.laps,
		"trims": &f.trims, "sourceTrims": &f.sourceTrims, "counted": &f.counted, "missing": &f.missing,
		"fills": &f.fills, "fullStarts": &f.fullStarts, "redWhileFull": &f.redWhileFull, "recoveries": &f.recoveries, "helped": &f.helped,
	}
}

// A tally is figures in the form in which one process sends them to another.
type tally struct {
	Counters, Gaps, Memory, Slowest map[string]int64
}

// encode returns the figures as one line of JSON.
func (f *figures) encode() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := tally{map[string]int64{}, f.gaps, f.memory, map[string]int64{"answer": f.slowest.Load(), "end": f.slowestEnd.Load()}}
	for name, n := range f.counters() {
		t.Counters[name] = n.Load()
	}
	return json.Marshal(t)
}

// add adds the figures of another process.
func (f *figures) add(line []byte) error {
	var t tally
	if err := json.Unmarshal(line, &t); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, n := range f.counters() {
		n.Add(t.Counters[name])
	}
	for code, n := range t.Gaps {
		f.gaps[code] += n
	}
	for name, n := range t.Memory {
		f.memory[name] = n
	}
	raise(&f.slowest, t.Slowest["answer"])
	raise(&f.slowestEnd, t.Slowest["end"])
	return nil
}

// report prints the figures and the events that never happened.
func (t *torture) report(w io.Writer) {
	for _, p := range t.ran {
		t.sum(p)
	}
	t.figures.mu.Lock()
	defer t.figures.mu.Unlock()
	fmt.Fprintf(w, "  messages    %d acknowledged, the slowest answer after %v; %d refused\n",
		t.acknowledged.Load(), time.Duration(t.slowest.Load()).Round(time.Millisecond), t.refused.Load())
	fmt.Fprintf(w, "  retries     %d publishes without a clear answer; %d retries, %d recognised; %d more on purpose, all recognised\n",
		t.unanswered.Load(), t.retries.Load(), t.recognised.Load(), t.onPurpose.Load())
	fmt.Fprintf(w, "  unclear     %d were not committed, %d are unknown\n", t.notCommitted.Load(), t.unknown.Load())
	fmt.Fprintf(w, "  ids         %d acknowledged with an id that was used before\n", t.idsRepeated.Load())
	fmt.Fprintf(w, "  subscribers %d messages shown in %d visits; %d absences of seconds; resumed %d times by a chosen id, %d by a position\n",
		t.shown.Load(), t.visits.Load(), t.away.Load(), t.byID.Load(), t.byPosition.Load())
	fmt.Fprintf(w, "  gaps shown  %v\n", t.gaps)
	fmt.Fprintf(w, "  kills       %d, and %d clean ends in at most %v; %d checks of a whole history\n",
		t.kills.Load(), t.ends.Load(), time.Duration(t.slowestEnd.Load()).Round(time.Millisecond), t.checks.Load())
	fmt.Fprintf(w, "  removals    %d\n", t.removals.Load())
	fmt.Fprintf(w, "  trims       %d of a journal, %d of one source; %d gaps had the right count, of %d messages\n",
		t.trims.Load(), t.sourceTrims.Load(), t.counted.Load(), t.missing.Load())
	fmt.Fprintf(w, "  ring        %d messages arrived through another instance\n", t.laps.Load())
	fmt.Fprintf(w, "  disk        filled %d times, killed %d times while it was full; %d faults on /healthz; %d recoveries, %d of them by a lower limit\n",
		t.fills.Load(), t.fullStarts.Load(), t.redWhileFull.Load(), t.recoveries.Load(), t.helped.Load())
	var memory []string
	for name, kib := range t.memory {
		memory = append(memory, fmt.Sprintf("%s %d MiB", name, kib>>10))
	}
	slices.Sort(memory)
	fmt.Fprintf(w, "  memory      at most %s\n", strings.Join(memory, ", "))
	for part, why := range t.absent {
		fmt.Fprintf(w, "  NOT RUN: the part %s: %s\n", part, why)
	}
	if missed := t.missed(); len(missed) > 0 {
		fmt.Fprintf(w, "  DID NOT HAPPEN: %s\n", strings.Join(missed, ", "))
	}
}

// missed returns the events that never happened in the parts that ran.
func (t *torture) missed() (names []string) {
	for _, x := range []struct {
		part string
		n    int64
		name string
	}{
		{"pair", t.recognised.Load(), "retries recognised after an unclear answer"},
		{"pair", t.onPurpose.Load(), "retries on purpose"},
		{"pair", t.idsRepeated.Load(), "repeated ids"},
		{"pair", t.away.Load(), "absences of seconds"},
		{"pair", t.byID.Load(), "resuming by a chosen id"},
		{"pair", t.byPosition.Load(), "resuming by a position"},
		{"pair", t.gaps["ambiguous_id"], "resuming by an id of several sources"},
		{"pair", t.kills.Load(), "kills"},
		{"pair", t.ends.Load(), "clean ends"},
		{"pair", t.removals.Load(), "removals of channels"},
		{"pair", t.trims.Load(), "trimming of a journal"},
		{"pair", t.sourceTrims.Load(), "trimming of one source"},
		{"pair", t.counted.Load(), "counted gaps of trimming"},
		{"ring", t.laps.Load(), "messages around the ring"},
		{"disk", t.fills.Load(), "full disks"},
		{"disk", t.fullStarts.Load(), "kills while the disk was full"},
		{"disk", t.redWhileFull.Load(), "faults on /healthz while the disk was full"},
		{"disk", t.recoveries.Load(), "recoveries from a full disk"},
		{"disk", t.helped.Load(), "a lower limit on a full disk"},
	} {
		if _, absent := t.absent[x.part]; !absent && slices.Contains(t.parts, x.part) && x.n == 0 {
			names = append(names, x.name)
		}
	}
	return names
}
