// Command seed fills a history with events, fast: through the journal, in
// large batches, without a server. What is measured with a full history is
// measured with one made by this.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

func main() {
	dir := flag.String("data", "", "the data folder; made where it does not exist")
	count := flag.Int("count", 100_000, "events in all")
	sources := flag.Int("sources", 1, "channels that they are spread over: seed0, seed1, …")
	size := flag.Int("size", 200, "bytes of data of each")
	flag.Parse()
	if err := seed(*dir, *count, *sources, *size); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

func seed(dir string, count, sources, size int) (err error) {
	if dir == "" || sources < 1 || size < 1 {
		return fmt.Errorf("a data folder, a source and a size are needed")
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
	// A millisecond apart and ending now, so that there are times to look for.
	at := time.Now().Add(-time.Duration(count) * time.Millisecond)
	data := strings.Repeat(".", size-1) + "~"
	drafts := make([]live.Draft, 0, 8000)
	for i := range count {
		drafts = append(drafts, live.Draft{Source: ids[i%sources], Data: data, Received: at.Add(time.Duration(i) * time.Millisecond)})
		if len(drafts) == cap(drafts) || i == count-1 {
			if _, err := j.AppendAll(ctx, drafts); err != nil {
				return err
			}
			drafts = drafts[:0]
		}
	}
	return nil
}
