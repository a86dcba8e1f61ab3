//go:build unix

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/node"
)

// A process is a Signalbox that can be killed.
type process struct {
	*exec.Cmd
	url, token string
}

func start(t *testing.T, dir string) *process {
	t.Helper()
	os.Remove(filepath.Join(dir, node.AddressFile)) // left behind by a kill
	out := new(syncBuffer)
	p := &process{Cmd: exec.Command("signalbox", "serve", "--data", dir, "--addr", "127.0.0.1:0")}
	p.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS=disabled:")
	p.Stdout, p.Stderr = out, out
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Process.Wait() })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		text := out.String()
		_, rest, ok := strings.Cut(text, "Dashboard: ")
		line, _, whole := strings.Cut(rest, "\n")
		if ok && whole {
			p.url, p.token, _ = strings.Cut(line, "/?token=")
			return p
		}
	}
	t.Fatalf("it never said that it listens: %s", out)
	return nil
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.Wait()
}

// A syncBuffer may be written by one goroutine and read by another.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer // not embedded: its ReadFrom would go past the mutex
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// history returns the data of all messages of a source, in order.
func (p *process) history(t *testing.T, source string) (data []string, gaps int) {
	t.Helper()
	after := "0"
	for {
		var page struct {
			Messages []struct{ Position, Kind, Data string }
			To       string
			More     bool
		}
		p.get(t, "/sources/"+source+"/messages?limit=5000&after="+after, &page)
		for _, m := range page.Messages {
			switch m.Kind {
			case "event":
				data = append(data, m.Data)
			case "gap":
				gaps++
			}
		}
		if !page.More {
			return data, gaps
		}
		after = page.To
	}
}

func (p *process) get(t *testing.T, path string, into any) {
	t.Helper()
	res, err := http.Get(p.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(res.Body)
		t.Fatalf("GET %s: %s: %s", path, res.Status, body)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// publish sends one message and reports whether it was acknowledged.
func publish(url, channel, data string) bool {
	res, err := http.Post(url+"/channels/"+channel+"/messages", "text/plain", strings.NewReader(data))
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusCreated
}

func TestAfterAKillEveryAcknowledgedMessageIsThereOnce(t *testing.T) {
	dir := t.TempDir()
	acknowledged := make(map[string]bool)
	const rounds, publishers = 3, 64
	for round := range rounds {
		p := start(t, dir)
		var mu sync.Mutex
		var wg sync.WaitGroup
		var total atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		for i := range publishers {
			wg.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					data := fmt.Sprintf("%d/%d/%d", round, i, n)
					if !publish(p.url, "orders", data) {
						return
					}
					mu.Lock()
					acknowledged[data] = true
					mu.Unlock()
					total.Add(1)
				}
			})
		}
		enough := int64(1000 + rand.IntN(2000))
		for deadline := time.Now().Add(20 * time.Second); total.Load() < enough && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		p.kill(t)
		cancel()
		wg.Wait()
		t.Logf("round %d: killed after %d acknowledged messages", round, total.Load())
	}
	p := start(t, dir)
	stored, _ := p.history(t, "orders")
	times := make(map[string]int, len(stored))
	for _, d := range stored {
		times[d]++
		if times[d] > 1 {
			t.Errorf("%s is there %d times", d, times[d])
		}
	}
	for d := range acknowledged {
		if times[d] == 0 {
			t.Errorf("%s was acknowledged and is lost", d)
		}
	}
	t.Logf("%d acknowledged, %d stored", len(acknowledged), len(stored))
}

func TestAfterAKillAFeedResumes(t *testing.T) {
	up, down := start(t, t.TempDir()), t.TempDir()
	if !publish(up.url, "source", "0") {
		t.Fatal("the upstream accepts no message")
	}
	p := start(t, down)
	p.follow(t, "copy", up.url+"/events/source?after=0")

	ctx, cancel := context.WithCancel(t.Context())
	var sent atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := int64(1); ctx.Err() == nil; n++ {
			if !publish(up.url, "source", fmt.Sprint(n)) {
				t.Errorf("message %d was refused", n)
				return
			}
			sent.Store(n)
		}
	})
	for range 3 {
		time.Sleep(time.Duration(300+rand.IntN(500)) * time.Millisecond)
		p.kill(t)
		p = start(t, down)
	}
	cancel()
	wg.Wait()

	var got []string
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got, _ = p.history(t, "copy"); int64(len(got)) > sent.Load() {
			break
		}
	}
	for i, data := range got {
		if data != fmt.Sprint(i) {
			t.Fatalf("message %d is %q: %d sent, %d received", i, data, sent.Load()+1, len(got))
		}
	}
	if int64(len(got)) != sent.Load()+1 {
		t.Fatalf("%d sent, %d received", sent.Load()+1, len(got))
	}
	t.Logf("%d messages, each once and in order, over three kills", len(got))
}

func (p *process) follow(t *testing.T, name, url string) {
	t.Helper()
	body := fmt.Sprintf(`{"name":%q,"url":%q,"method":"GET","proxy":"direct"}`, name, url)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/api/feeds", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+p.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		b, _ := io.ReadAll(res.Body)
		t.Fatalf("follow: %s: %s", res.Status, b)
	}
}
