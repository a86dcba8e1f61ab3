//go:build unix

package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"signalbox/backend/live"
)

// A subscriber reads a stream as a browser's EventSource does: it comes back
// with the last id whenever the stream ends. It shares no code with the
// program's own reader.
type subscriber struct {
	url     string
	headers http.Header
	once    bool
	client  *http.Client
	data    *os.File // one line for each message
	ids     *os.File // and its id
	raw     *os.File // every byte of every stream

	lastID string // only its goroutine uses it while it runs
	stop   context.CancelFunc
	done   chan struct{}
	open   chan struct{} // closed at the first good answer
	failed error         // of a first request that was refused

	mu      sync.Mutex
	stopped chan struct{} // nil while it reads; closed when it goes on
}

// subscribe [-once] [-after ID] [-header LINE] NAME URL FILE reads a stream in
// the background, from when it is open. FILE gets the data of each message as
// one line, a long one with its hash instead of its end, and of a gap "gap:
// CODE, N missing"; FILE.ids the ids, FILE.raw all bytes. It reconnects with its last id; with -once it does not.
func (s *story) subscribe(args []string) {
	sub := &subscriber{headers: http.Header{}}
	args = s.flags("subscribe [-once] [-after ID] [-header LINE] NAME URL FILE", 3, args, func(f *flag.FlagSet) {
		f.BoolVar(&sub.once, "once", false, "")
		f.StringVar(&sub.lastID, "after", "", "")
		f.Func("header", "", func(line string) error {
			name, value, _ := strings.Cut(line, ":")
			sub.headers.Add(name, strings.TrimSpace(value))
			return nil
		})
	})
	if _, ok := s.subscribers[args[0]]; ok {
		s.Fatalf("there is a subscriber %s", args[0])
	}
	sub.url = args[1]
	dialer := net.Dialer{ControlContext: smallBuffer}
	sub.client = &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableCompression: true}}
	for _, f := range []struct {
		file **os.File
		end  string
	}{{&sub.data, ""}, {&sub.ids, ".ids"}, {&sub.raw, ".raw"}} {
		var err error
		*f.file, err = os.Create(s.MkAbs(args[2] + f.end))
		s.Check(err)
	}
	s.subscribers[args[0]] = sub
	s.connect(args[0], sub)
}

func (s *story) connect(name string, sub *subscriber) {
	ctx, stop := context.WithCancel(context.Background())
	sub.stop, sub.done, sub.open = stop, make(chan struct{}), make(chan struct{})
	go sub.run(ctx)
	select {
	case <-sub.open:
	case <-sub.done:
		s.Fatalf("%s: %v", name, sub.failed)
	case <-time.After(patience):
		s.Fatalf("%s is not connected", name)
	}
}

func (s *story) subscriber(args []string) *subscriber {
	if len(args) != 1 || s.neg {
		s.Fatalf("usage: hang-up, resume, stop-reading or go-on-reading NAME")
	}
	sub, ok := s.subscribers[args[0]]
	if !ok {
		s.Fatalf("there is no subscriber %s", args[0])
	}
	return sub
}

// hangUp closes a subscriber's connection for now.
func (s *story) hangUp(args []string) { s.subscriber(args).hangUp() }

// resume has a subscriber come back with its last id.
func (s *story) resume(args []string) {
	sub := s.subscriber(args)
	select {
	case <-sub.done:
		s.connect(args[0], sub)
	default:
		s.Fatalf("%s is connected", args[0])
	}
}

// stopReading leaves a subscriber's connection open and reads nothing from it.
func (s *story) stopReading(args []string) {
	sub := s.subscriber(args)
	sub.mu.Lock()
	defer sub.mu.Unlock()
	sub.stopped = make(chan struct{})
}

// goOnReading has it read again.
func (s *story) goOnReading(args []string) {
	sub := s.subscriber(args)
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if sub.stopped == nil {
		s.Fatalf("%s reads already", args[0])
	}
	close(sub.stopped)
	sub.stopped = nil
}

func (sub *subscriber) hangUp() {
	sub.stop()
	<-sub.done
}

// wait returns when it may read on, or ctx ends.
func (sub *subscriber) wait(ctx context.Context) {
	sub.mu.Lock()
	stopped := sub.stopped
	sub.mu.Unlock()
	if stopped != nil {
		select {
		case <-stopped:
		case <-ctx.Done():
		}
	}
}

// smallBuffer keeps little in the kernel, so that a reader that has stopped is
// noticed after kilobytes rather than megabytes.
func smallBuffer(_ context.Context, _, _ string, conn syscall.RawConn) (err error) {
	if e := conn.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 64<<10)
	}); e != nil {
		return e
	}
	return err
}

func (sub *subscriber) run(ctx context.Context) {
	defer close(sub.done)
	opened := false
	for ctx.Err() == nil {
		good, err := sub.read(ctx, func() {
			if !opened {
				opened = true
				close(sub.open)
			}
		})
		if !good && err != nil && !opened {
			sub.failed = err
			return
		}
		if sub.once {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// read reads one connection to its end.
func (sub *subscriber) read(ctx context.Context, open func()) (good bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, sub.url, nil)
	if err != nil {
		return false, err
	}
	req.Header = sub.headers.Clone()
	req.Header.Set("Accept", "text/event-stream")
	if sub.lastID != "" {
		req.Header.Set("Last-Event-ID", sub.lastID)
	}
	res, err := sub.client.Do(req)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, fmt.Errorf("status %s", res.Status)
	}
	open()
	lines := bufio.NewReaderSize(io.TeeReader(res.Body, sub.raw), 4<<10)
	var data []string
	event, id := "", sub.lastID
	for {
		sub.wait(ctx)
		line, err := lines.ReadString('\n')
		if err != nil {
			return true, err // what has no end is no event
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			sub.lastID = id
			if data != nil {
				sub.note(event, strings.Join(data, "\n"))
			}
			event, data = "", nil
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "data":
			data = append(data, value)
		case "event":
			event = value
		case "id":
			id = value
		}
	}
}

func (sub *subscriber) note(event, data string) {
	var gap live.Gap
	if event == "gap" && json.Unmarshal([]byte(data), &gap) == nil && gap.Code != "" {
		fmt.Fprintln(sub.data, gapLine(gap.Code, gap.Missing))
		return
	}
	fmt.Fprintln(sub.ids, sub.lastID)
	fmt.Fprintln(sub.data, dataLine(data))
}
