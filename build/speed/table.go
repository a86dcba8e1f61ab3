package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// A bench is one run.
type bench struct {
	signalbox, seeder    string
	before, beforeSeeder string // empty to compare with the other servers
	texts                string // a history with texts, for the searches
	profiles             string // folder for CPU profiles; empty for none
	length               time.Duration
	rounds, stored       int

	temp   string
	seeded map[string]bool // folders with a history
}

// run measures the figures and prints the table.
func (b *bench) run(only string) error {
	temp, err := os.MkdirTemp("", "signalbox-speed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	b.temp, b.seeded = temp, make(map[string]bool)
	if err := b.prepare(); err != nil {
		return err
	}
	row := b.row
	rows := []string{"| figure | measured | compared with | ratio | target | load generator | others |", "|---|---:|---:|---:|---|---:|---|"}
	if b.before != "" {
		row = b.compare
		rows = []string{"| figure | before | now | now by before |", "|---|---:|---:|---:|"}
	}
	var failed error
	for _, f := range figures {
		if only != "" && !slices.Contains(strings.Split(only, ","), f.name) {
			continue
		}
		more, err := row(&f)
		if err != nil {
			// The other figures took minutes, so the table is printed.
			failed = errors.Join(failed, fmt.Errorf("%s: %w", f.name, err))
			more = []string{fmt.Sprintf("| %s | not measured | | | %s | | |", f.title, f.target())}
		}
		rows = append(rows, more...)
	}
	fmt.Printf("\n%s\n", strings.Join(rows, "\n"))
	return failed
}

// measured runs the rounds of a figure and returns the samples of each kind of
// server. Every second round is in reverse order.
func (b *bench) measured(f *figure, kinds []string) (map[string][]sample, error) {
	found := make(map[string][]sample)
	rounds := b.rounds
	if f.once {
		rounds = 1
	}
	for round := range rounds {
		turn := slices.Clone(kinds)
		if round%2 == 1 {
			slices.Reverse(turn)
		}
		for _, kind := range turn {
			s, err := f.measure(b, kind)
			switch {
			case err != nil && slices.Contains(f.others, kind):
				fmt.Printf("  %s, %s: %v\n", f.title, kind, err) // such as a library that loses events
				continue
			case err != nil:
				return nil, fmt.Errorf("%s: %w", kind, err)
			}
			line := fmt.Sprintf("  %s, %s: %s", f.title, kind, f.write(s.value))
			if s.cpu > 0 {
				line += fmt.Sprintf(", %.2f µs of CPU each; load generator %.0f %% of the CPU, its busiest loop %.0f %% of a core", s.cpu, 100*s.load, 100*s.busiest)
			}
			fmt.Println(line)
			found[kind] = append(found[kind], s)
		}
	}
	return found, nil
}

// row measures a figure and returns its row, and the row of its CPU if wanted.
func (b *bench) row(f *figure) ([]string, error) {
	kinds := []string{"signalbox"}
	if f.against != "" {
		kinds = append(kinds, f.against)
	}
	found, err := b.measured(f, append(kinds, f.others...))
	if err != nil {
		return nil, err
	}
	value := func(s sample) float64 { return s.value }
	cpu := func(s sample) float64 { return s.cpu }
	rows := []string{f.cells(found, value, true)}
	if f.cpu {
		of := figure{title: "CPU for each of these", unit: "µs", against: f.against, others: f.others}
		rows = append(rows, of.cells(found, cpu, false))
	}
	return rows, nil
}

// cells formats the row of one property of the samples.
func (f *figure) cells(found map[string][]sample, of func(sample) float64, loaded bool) string {
	middle := func(kind string) float64 { return median(each(found[kind], of)) }
	ours := middle("signalbox")
	target, met := f.target(), f.value.met(ours)
	compared, ratio := "", ""
	if theirs := middle(f.against); theirs > 0 {
		// Other work on the machine affects both samples of a round.
		var ratios []float64
		for i, s := range found["signalbox"] {
			ratios = append(ratios, of(s)/of(found[f.against][i]))
		}
		r := median(ratios)
		compared, ratio = fmt.Sprintf("%s: %s", titles[f.against], f.write(theirs)), fmt.Sprintf("%.2f", r)
		met = met && f.ratio.met(r)
	}
	for _, s := range found["signalbox"] {
		if s.short != "" {
			target, met = target+", "+s.short, false
		}
	}
	if !met {
		target += ", **falls short**"
	}
	busy := ""
	if share := median(each(found["signalbox"], func(s sample) float64 { return s.load })); loaded && share > 0 {
		busy = fmt.Sprintf("%.0f %%", 100*share)
		if against := median(each(found[f.against], func(s sample) float64 { return s.load })); against > 0 {
			busy += fmt.Sprintf(", %.0f %%", 100*against)
		}
	}
	var others []string
	for _, kind := range f.others {
		if v := middle(kind); v > 0 {
			others = append(others, fmt.Sprintf("%s %s", titles[kind], f.write(v)))
		}
	}
	return "| " + strings.Join([]string{f.title, f.write(ours), compared, ratio, target, busy, strings.Join(others, "; ")}, " | ") + " |"
}

// titles are the names of the servers in the table.
var titles = map[string]string{
	"bare": "bare", "durable": "durable bare", "inserts": "bare INSERTs", "r3labs": "r3labs/sse", "go-sse": "tmaxmax/go-sse",
}

// compare measures this version and an older one. A ratio above 1 means that this
// one is better.
func (b *bench) compare(f *figure) ([]string, error) {
	found, err := b.measured(f, []string{"before", "signalbox"})
	if err != nil {
		return nil, err
	}
	value := func(s sample) float64 { return s.value }
	before, now := each(found["before"], value), each(found["signalbox"], value)
	var ratios []float64
	for i := range now {
		ratio := now[i] / before[i]
		if f.value.atMost || f.ratio.atMost {
			ratio = 1 / ratio
		}
		ratios = append(ratios, ratio)
	}
	return []string{fmt.Sprintf("| %s | %s | %s | %.2f |", f.title, f.write(median(before)), f.write(median(now)), median(ratios))}, nil
}

// target formats the targets.
func (f *figure) target() string {
	var parts []string
	if f.ratio.of != 0 {
		parts = append(parts, f.ratio.sign()+fmt.Sprintf("%g × %s", f.ratio.of, titles[f.against]))
	}
	if f.value.of != 0 {
		parts = append(parts, f.value.sign()+f.write(f.value.of))
	}
	return strings.Join(parts, ", ")
}

func (b bound) sign() string {
	if b.atMost {
		return "≤ "
	}
	return "≥ "
}

func (b bound) met(v float64) bool {
	return b.of == 0 || b.atMost && v <= b.of || !b.atMost && v >= b.of
}

// each returns one property of each sample.
func each(samples []sample, of func(sample) float64) (list []float64) {
	for _, s := range samples {
		list = append(list, of(s))
	}
	return list
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// write formats a value with its unit.
func (f *figure) write(v float64) string {
	switch {
	case f.unit != "" && v < 10:
		return fmt.Sprintf("%.2f %s", v, f.unit)
	case f.unit != "":
		return fmt.Sprintf("%.0f %s", v, f.unit)
	case v >= 1e6:
		return fmt.Sprintf("%.2f million", v/1e6)
	}
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
