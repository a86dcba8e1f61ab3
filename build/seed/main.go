// Command seed fills a history with events through the journal, in large
// batches and without a server. The measurements that need a long history use
// it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

func main() {
	dir := flag.String("data", "", "data folder; created if it does not exist")
	count := flag.Int("count", 100_000, "number of events")
	sources := flag.Int("sources", 1, "number of channels to spread them over: seed0, seed1, …")
	size := flag.Int("size", 200, "bytes of data in each event")
	over := flag.Duration("over", 0, "the time over which they were received, up to now; 0 for one each millisecond")
	text := flag.Bool("text", false, "events with the types, words and numbers of real ones, of about 190 bytes; -size does not matter")
	flag.Parse()
	if err := seed(*dir, *count, *sources, *size, *over, *text); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

func seed(dir string, count, sources, size int, over time.Duration, text bool) (err error) {
	if dir == "" || sources < 1 || size < 1 {
		return errors.New("-data is empty, or -sources or -size is less than 1")
	}
	ctx := context.Background()
	store, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	j, err := journal.Open(ctx, store, journal.Options{})
	if err != nil {
		return err
	}
	defer func() {
		if e := j.Close(); err == nil {
			err = e
		}
	}()
	ids := make([]int64, sources)
	for i := range ids {
		src, err := j.AddSource(ctx, live.Source{Name: fmt.Sprint("seed", i), Kind: live.ChannelSource})
		if err != nil {
			return err
		}
		ids[i] = src.ID
	}
	// In equal steps, up to now: the benchmarks look up times.
	step := time.Millisecond
	if over > 0 {
		step = over / time.Duration(max(1, count))
	}
	at := time.Now().Add(-time.Duration(count) * step)
	data := strings.Repeat(".", size-1) + "~"
	drafts := make([]live.Draft, 0, 8000)
	random := rand.New(rand.NewPCG(1, 2)) // the same texts in every run
	for i := range count {
		d := live.Draft{Source: ids[i%sources], Data: data, Received: at.Add(time.Duration(i) * step)}
		if text {
			d.Type, d.Data = message(random, i)
		}
		drafts = append(drafts, d)
		if len(drafts) == cap(drafts) || i == count-1 {
			if _, err := j.AppendAll(ctx, drafts); err != nil {
				return err
			}
			drafts = drafts[:0]
		}
	}
	return nil
}
