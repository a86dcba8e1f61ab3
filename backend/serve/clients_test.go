package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	r3labs "github.com/r3labs/sse/v2"
	gosse "github.com/tmaxmax/go-sse"

	"signalbox/backend/live"
)

// An independent client follows a stream after an id, and calls got for each
// message until got returns false.
type independent func(ctx context.Context, url, lastID string, got func(id, data string) bool) error

func withR3labs(ctx context.Context, url, lastID string, got func(id, data string) bool) error {
	c := r3labs.NewClient(url)
	c.LastEventID.Store([]byte(lastID))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	more := true
	return c.SubscribeRawWithContext(ctx, func(e *r3labs.Event) {
		// It may have a few more in hand after it was stopped.
		if more = more && got(string(e.ID), string(e.Data)); !more {
			stop()
		}
	})
}

func withGoSSE(ctx context.Context, url, lastID string, got func(id, data string) bool) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Last-Event-ID", lastID)
	conn := gosse.NewConnection(req)
	more := true
	conn.SubscribeToAll(func(e gosse.Event) {
		if more = more && got(e.LastEventID, e.Data); !more {
			stop()
		}
	})
	if err := conn.Connect(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func withCurl(ctx context.Context, url, lastID string, got func(id, data string) bool) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, "curl", "-sN", "-H", "Last-Event-ID: "+lastID, url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	id, data := "", ""
	lines := bufio.NewScanner(out)
	for more := true; more && lines.Scan(); {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); {
		case name == "id":
			id = value
		case name == "data":
			data = value
		case lines.Text() == "":
			more = got(id, data)
		}
	}
	stop()
	_ = cmd.Wait() // it was killed
	return lines.Err()
}

func TestIndependentClientsStopAndResumeAndHaveEachMessageOnce(t *testing.T) {
	const messages, piece, perTick = 2000, 300, 10 // at 1,000 a second
	s := start(t, nil)
	s.publish("feed", "begin")
	begin := s.position(s.journal.Last())
	clients := map[string]independent{"r3labs/sse": withR3labs, "tmaxmax/go-sse": withGoSSE}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("curl is not installed, so it is left out")
	} else {
		clients["curl"] = withCurl
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for name, follow := range clients {
		wg.Go(func() {
			var got []string
			last, pieces := begin, 0
			for len(got) < messages && ctx.Err() == nil {
				pieces++
				n := 0
				err := follow(ctx, s.url+"/events/feed", last, func(id, data string) bool {
					got, last = append(got, data), id
					n++
					return n < piece && len(got) < messages
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
			}
			for i, data := range got {
				if data != fmt.Sprint(i) {
					t.Errorf("%s: message %d is %q", name, i, data)
					return
				}
			}
			if len(got) != messages || pieces < messages/piece {
				t.Errorf("%s: %d messages in %d pieces", name, len(got), pieces)
			}
		})
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := range messages {
		if i%perTick == 0 {
			<-tick.C
		}
		if _, err := s.publishDraft(ctx, "feed", live.Draft{Data: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}
