package recent

import (
	"strings"
	"testing"

	"signalbox/backend/live"
)

func TestTheMessagesInMemoryKeepTheirLimits(t *testing.T) {
	for _, c := range []struct {
		name                  string
		size, count           int
		maxEntries, maxBytes  int
		leastKept, mostChunks int
	}{
		{"many small ones", 10, 100_000, 5000, 1 << 30, 4488, 12},
		{"long ones", 100_000, 500, 1 << 30, 4 << 20, 15, 40},
		{"ones longer than all of it", 10_000_000, 20, 1 << 30, 4 << 20, 1, 2},
	} {
		recent := New(0, c.maxEntries, c.maxBytes)
		data := strings.Repeat("x", c.size)
		for i := range c.count {
			recent.Add(&Entry{Message: live.Message{Number: int64(i + 1), Draft: live.Draft{Data: data}}})
		}
		chunks := *recent.directory.Load()
		kept, bytes := 0, 0
		for _, ch := range chunks {
			kept += int(ch.n.Load())
			for _, e := range ch.entries[:ch.n.Load()] {
				bytes += e.MemorySize()
			}
		}
		// One chunk more than the bound may be there, and a chunk is one entry
		// at least.
		slack := max(c.maxBytes/16, 2*c.size+1000)
		if kept < c.leastKept || kept > c.maxEntries+chunkSize || bytes > c.maxBytes+2*slack || len(chunks) > c.mostChunks {
			t.Errorf("%s: %d entries, %d bytes in %d chunks", c.name, kept, bytes, len(chunks))
		}
		if kept != recent.entries || bytes != recent.bytes {
			t.Errorf("%s: counted %d and %d, there are %d and %d", c.name, recent.entries, recent.bytes, kept, bytes)
		}
		// What it has is the end, without a hole.
		number := chunks[0].first - 1
		for {
			es, _ := recent.From(number)
			if len(es) == 0 {
				break
			}
			for _, e := range es {
				if number++; e.Number != number {
					t.Fatalf("%s: %d, want %d", c.name, e.Number, number)
				}
			}
		}
		if number != int64(c.count) {
			t.Errorf("%s: it ends with %d", c.name, number)
		}
		if es, below := recent.From(chunks[0].first - 2); es != nil || below != chunks[0].first {
			t.Errorf("%s: got %d entries for a number before the first, which is %d", c.name, len(es), below)
		}
	}
}
