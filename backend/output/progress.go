package output

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// interval is the time between two lines of progress.
const interval = 300 * time.Millisecond

// ShowProgress writes what text returns to a terminal, always in the same line, until
// stop is called, which clears the line. It does not write an empty text.
func ShowProgress(ctx context.Context, terminal io.Writer, text func(context.Context) string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer fmt.Fprint(terminal, "\r\x1b[K")
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if line := text(ctx); line != "" {
				fmt.Fprint(terminal, "\r\x1b[K", line)
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}
