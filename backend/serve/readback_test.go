package serve

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	r3labs "github.com/r3labs/sse/v2"
	gosse "github.com/tmaxmax/go-sse"

	"signalbox/backend/wire"
)

// A draft is a message as it is published.
type draft struct {
	Event string `json:"event,omitempty"`
	ID    string `json:"id,omitempty"`
	Data  string `json:"data"`
	Retry *int64 `json:"retry,omitempty"`
}

// read is the event that a conforming client must make of it.
func (d draft) read(position string) event {
	e := event{id: d.ID, kind: d.Event, data: strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(d.Data)}
	if e.kind == "" {
		e.kind = "message"
	}
	if e.id == "" {
		e.id = position
	}
	return e
}

// pieces are what parsers stumble over.
var pieces = []string{
	"\n", "\n\n", "\r", "\r\n", "\n\r", " ", "  ", "\t", ":", ": ", "\x00", "\ufeff", "data: x\n", "data:", "\nid: 7\n", "event: gap\n",
	"retry: 1\n", "\u2028", "\u0085", "\v", "\f", "\x1b[2J", "\U0001F600", "é", "𝄞", "�", "\U0010FFFF", "</script>", "\"\\", "null", "{", "}",
}

// randomText makes valid text of about that many bytes.
func randomText(r *rand.Rand, size int) string {
	var b strings.Builder
	for b.Len() < size {
		switch r.IntN(6) {
		case 0:
			b.WriteString(pieces[r.IntN(len(pieces))])
		case 1:
			if c := rune(r.IntN(utf8.MaxRune + 1)); utf8.ValidRune(c) {
				b.WriteRune(c)
			}
		default:
			for range r.IntN(1 + min(size, 200)) {
				b.WriteByte(byte(' ' + r.IntN(95)))
			}
		}
	}
	return b.String()
}

// randomDraft makes a message that the standard can carry, by trying.
func randomDraft(r *rand.Rand, i int) draft {
	size := 0
	switch {
	case i%250 == 200:
		size = 1 << 20
	case r.IntN(8) == 0:
		size = r.IntN(64 << 10)
	case r.IntN(10) > 0:
		size = r.IntN(300)
	}
	d := draft{Data: randomText(r, size)}
	for r.IntN(2) == 0 {
		if d.Event = randomText(r, r.IntN(60)); !strings.ContainsAny(d.Event, "\r\n") {
			break
		}
		d.Event = ""
	}
	for r.IntN(3) == 0 {
		// No control characters: an id comes back in a header.
		if d.ID = strings.TrimSpace(strings.Map(func(c rune) rune {
			if c < ' ' || c == 0x7f {
				return -1
			}
			return c
		}, randomText(r, r.IntN(80)))); d.ID != "" {
			break
		}
	}
	if r.IntN(10) == 0 {
		ms := r.Int64N(wire.MaxRetry + 1)
		d.Retry = &ms
	}
	return d
}

// fully follows a channel from its beginning with one of the libraries.
var fully = map[string]func(ctx context.Context, url string, got func(event) bool) error{
	"r3labs/sse": func(ctx context.Context, url string, got func(event) bool) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		c := r3labs.NewClient(url, r3labs.ClientMaxBufferSize(16<<20))
		more := true
		return c.SubscribeRawWithContext(ctx, func(e *r3labs.Event) {
			kind := string(e.Event)
			if kind == "" {
				kind = "message"
			}
			if more = more && got(event{string(e.ID), kind, string(e.Data)}); !more {
				stop()
			}
		})
	},
	"tmaxmax/go-sse": func(ctx context.Context, url string, got func(event) bool) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
		if err != nil {
			return err
		}
		conn := gosse.NewConnection(req)
		conn.Buffer(nil, 16<<20)
		more := true
		conn.SubscribeToAll(func(e gosse.Event) {
			kind := e.Type
			if kind == "" {
				kind = "message"
			}
			if more = more && got(event{e.LastEventID, kind, e.Data}); !more {
				stop()
			}
		})
		if err := conn.Connect(); !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	},
}

// TestWhatWasPublishedIsWhatIsRead publishes messages that nobody thought of,
// SEED=… the same ones again. Each client reads them twice: as they come, and
// from the journal. The npm package and Chromium are held to the same in
// frontend/tests/agree.spec.ts.
func TestWhatWasPublishedIsWhatIsRead(t *testing.T) {
	const messages = 1000
	seed, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	s := start(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()

	var mu sync.Mutex
	var wanted []event // published so far, or about to be
	expect := func(i int, e event) (event, bool) {
		mu.Lock()
		defer mu.Unlock()
		if i >= len(wanted) {
			return event{}, false
		}
		if wanted[i].id == "" { // its position is not known before it was published
			wanted[i].id = e.id
		}
		return wanted[i], true
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	follow := func(name string) {
		wg.Go(func() {
			n := 0
			err := fully[name](ctx, s.url+"/events/any?after=0", func(e event) bool {
				if want, ok := expect(n, e); !ok || e != want {
					t.Errorf("%s: message %d is %s\n%q\nwant %s\n%q", name, n, e.short(), e.data, want.short(), want.data)
					return false
				}
				n++
				return n < messages
			})
			if err != nil || n != messages {
				t.Errorf("%s: %d of %d messages, %v", name, n, messages, err)
			}
		})
	}
	for name := range fully {
		follow(name)
	}
	used := make(map[string]bool)
	for i := range messages {
		d := randomDraft(r, i)
		body, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if used[d.ID] {
			d.ID = "" // its position, where the id was used before
		}
		used[d.ID] = true
		mu.Lock()
		wanted = append(wanted, d.read(""))
		mu.Unlock()
		got := want[receiptJSON](s, 201, "POST", "/channels/any/messages", string(body))
		mu.Lock()
		if e := d.read(got.Position); got.ID != e.id || wanted[i].id != "" && wanted[i].id != e.id {
			t.Errorf("message %d has the id %q on the wire and %q in its receipt, want %q", i, wanted[i].id, got.ID, e.id)
		}
		wanted[i].id = got.ID
		mu.Unlock()
	}
	for name := range fully {
		follow(name)
	}
	strict := s.open(ctx, "/events/any?after=0")
	for i := range messages {
		e, err := strict.next()
		if want, _ := expect(i, e); err != nil || e != want {
			t.Fatalf("message %d is %s, want %s, %v", i, e.short(), want.short(), err)
		}
	}
}
