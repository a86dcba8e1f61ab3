package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// A bench is one run of all figures.
type bench struct {
	signalbox, seeder    string
	before, beforeSeeder string // empty where no older program is compared
	length               time.Duration
	rounds, stored       int

	temp   string
	seeded map[string]bool
}

// A figure is one row of the table.
type figure struct {
	name    string // on the command line
	title   string
	unit    string
	measure func(*bench, string) (float64, error)
	beside  []string // what is measured in the same rounds
	// The target: a bound of the ratio to the bare server, or of the figure
	// itself where there is no bare server beside it.
	bound  float64
	atMost bool
	times  float64 // where not 0, at least so many times the libraries
	once   bool
}

var withAll = []string{"bare", "r3labs", "go-sse"}

var figures = []figure{
	{name: "fan100", title: "deliveries a second, 100 clients", measure: func(b *bench, k string) (float64, error) { return b.fanOut(100)(k) }, beside: withAll, bound: 0.9, times: 3},
	{name: "fan1000", title: "deliveries a second, 1,000 clients", measure: func(b *bench, k string) (float64, error) { return b.fanOut(1000)(k) }, beside: withAll, bound: 0.9, times: 3},
	{name: "publish", title: "acknowledged publishes a second, 64 connections", measure: func(b *bench, k string) (float64, error) { return b.publishing(false)(k) }, beside: withAll, bound: 0.6},
	{name: "publish-ids", title: "the same with an id of its own on each message", measure: func(b *bench, k string) (float64, error) { return b.publishing(true)(k) }, bound: 20_000},
	{name: "delay", title: "publish to receipt, 99th percentile, 2,000/s to 100 clients", unit: "ms", measure: (*bench).delay, beside: withAll, bound: 2, atMost: true},
	{name: "stopped", title: "the same 99th percentile with one stopped reader among 100, by that without", unit: "×", measure: (*bench).stopped, bound: 1.1, atMost: true},
	{name: "replay", title: "replay of 100,000 stored events, a second", measure: (*bench).replay, bound: 600_000},
	{name: "feed1", title: "events a second from one feed", measure: func(b *bench, k string) (float64, error) { return b.following(1)(k) }, bound: 100_000},
	{name: "feed8", title: "events a second from eight feeds", measure: func(b *bench, k string) (float64, error) { return b.following(8)(k) }, bound: 150_000},
	{name: "idle", title: "memory for each idle client", unit: "KiB", measure: (*bench).idle, beside: withAll, bound: 1.3, atMost: true},
	{name: "pages", title: "slowest page of a history of 10 million", unit: "ms", measure: (*bench).pages, bound: 20, atMost: true, once: true},
}

func names() (list []string) {
	for _, f := range figures {
		list = append(list, f.name)
	}
	return list
}

// run measures the figures in interleaved rounds and prints the table.
func (b *bench) run(only string) error {
	temp, err := os.MkdirTemp("", "signalbox-speed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	b.temp, b.seeded = temp, make(map[string]bool)
	// Not the settings of whoever measures.
	if err := os.WriteFile(b.config(), nil, 0o600); err != nil {
		return err
	}
	if b.before != "" {
		return b.compare(only)
	}
	rows := []string{"| figure | Signalbox | bare | ratio | target | r3labs/sse | tmaxmax/go-sse |", "|---|---:|---:|---:|---:|---:|---:|"}
	for _, f := range figures {
		if only != "" && !slices.Contains(strings.Split(only, ","), f.name) {
			continue
		}
		row, err := b.row(&f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		rows = append(rows, row)
	}
	fmt.Printf("\n%s\n", strings.Join(rows, "\n"))
	return nil
}

// compare measures this program and an older one in turn and prints how they
// compare: above 1 is better than before.
func (b *bench) compare(only string) error {
	rows := []string{"| figure | before | now | now by before |", "|---|---:|---:|---:|"}
	for _, f := range figures {
		if only != "" && !slices.Contains(strings.Split(only, ","), f.name) {
			continue
		}
		rounds := b.rounds
		if f.once {
			rounds = 1
		}
		var before, now, ratios []float64
		for round := range rounds {
			var v [2]float64
			for i := range v {
				// Whoever comes first in one round comes second in the next.
				k := (i + round) % 2
				var err error
				if v[k], err = f.measure(b, []string{"before", "signalbox"}[k]); err != nil {
					return fmt.Errorf("%s: %w", f.name, err)
				}
			}
			ratio := v[1] / v[0]
			if f.atMost {
				ratio = v[0] / v[1]
			}
			fmt.Printf("  %s: before %s, now %s, %.2f\n", f.title, f.write(v[0]), f.write(v[1]), ratio)
			before, now, ratios = append(before, v[0]), append(now, v[1]), append(ratios, ratio)
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %.2f |", f.title, f.write(median(before)), f.write(median(now)), median(ratios)))
	}
	fmt.Printf("\n%s\n", strings.Join(rows, "\n"))
	return nil
}

func (b *bench) row(f *figure) (string, error) {
	kinds := append([]string{"signalbox"}, f.beside...)
	found := make(map[string][]float64)
	rounds := b.rounds
	if f.once {
		rounds = 1
	}
	for range rounds {
		for _, kind := range kinds {
			v, err := f.measure(b, kind)
			if err != nil && (kind == "signalbox" || kind == "bare") {
				return "", fmt.Errorf("%s: %w", kind, err)
			}
			if err != nil { // a library that loses events has no figure
				fmt.Printf("  %s, %s: %v\n", f.title, kind, err)
				continue
			}
			fmt.Printf("  %s, %s: %s\n", f.title, kind, f.write(v))
			found[kind] = append(found[kind], v)
		}
	}
	ours := median(found["signalbox"])
	cells := []string{f.title, f.write(ours)}
	met, target := ours, f.write(f.bound)
	if bare := median(found["bare"]); bare > 0 {
		// Round by round: what else the machine does weighs on both of a round.
		var ratios []float64
		for i, v := range found["bare"] {
			ratios = append(ratios, found["signalbox"][i]/v)
		}
		met, target = median(ratios), fmt.Sprintf("%g", f.bound)
		cells = append(cells, f.write(bare), fmt.Sprintf("%.2f", met))
	} else {
		cells = append(cells, "", "")
	}
	good := met >= f.bound
	word := "≥ "
	if f.atMost {
		good, word = met <= f.bound, "≤ "
	}
	libraries := []string{"", ""}
	for i, kind := range []string{"r3labs", "go-sse"} {
		v := median(found[kind])
		if v == 0 {
			continue
		}
		libraries[i] = f.write(v)
		if f.times > 0 {
			libraries[i] += fmt.Sprintf(" (%.1f×)", ours/v)
			good = good && ours >= f.times*v
		}
	}
	if f.times > 0 {
		target += fmt.Sprintf(", %g × libraries", f.times)
	}
	if !good {
		target += " **missed**"
	}
	cells = append(cells, word+target, libraries[0], libraries[1])
	return "| " + strings.Join(cells, " | ") + " |", nil
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// write writes a value as a person reads it.
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
