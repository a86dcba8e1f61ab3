//go:build unix

package cli

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// A publisher publishes numbers to a channel from several goroutines.
type publisher struct {
	url     string // to publish to
	size    int    // of the data; 0 as long as the number is
	ids     string // what each id begins with; "" publishes without ids
	to      int64
	acked   *os.File
	token   string
	next    atomic.Int64
	count   atomic.Int64 // acknowledged
	halt    atomic.Bool
	mu      sync.Mutex // of acked and failed
	failed  error
	writers sync.WaitGroup
}

// publish-many [-background NAME] [-writers N] [-size BYTES] [-id PREFIX]
// [-token TOKEN] [-acked FILE] URL CHANNEL FROM TO publishes the numbers as messages. FILE
// gets the data of each that was acknowledged, as a line. In the background it
// ends early at the first that is not acknowledged, as when the server is
// killed; finish NAME waits for its end.
func (s *story) publishMany(args []string) {
	p := &publisher{}
	background, writers, acked := "", 1, ""
	args = s.flags("publish-many [-background NAME] [-writers N] [-size BYTES] [-id PREFIX] [-token TOKEN] [-acked FILE] URL CHANNEL FROM TO", 4, args, func(f *flag.FlagSet) {
		f.StringVar(&background, "background", "", "")
		f.IntVar(&writers, "writers", writers, "")
		f.IntVar(&p.size, "size", 0, "")
		f.StringVar(&p.ids, "id", "", "")
		f.StringVar(&acked, "acked", "", "")
		f.StringVar(&p.token, "token", "", "")
	})
	from, err := strconv.ParseInt(args[2], 10, 64)
	s.Check(err)
	p.to, err = strconv.ParseInt(args[3], 10, 64)
	s.Check(err)
	p.url = args[0] + "/channels/" + url.PathEscape(args[1]) + "/messages"
	p.next.Store(from - 1)
	if acked != "" {
		p.acked, err = os.OpenFile(s.MkAbs(acked), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		s.Check(err)
	}
	for range writers {
		p.writers.Go(p.run)
	}
	if background != "" {
		if _, ok := s.publishers[background]; ok {
			s.Fatalf("there is a publisher %s", background)
		}
		s.publishers[background] = p
		return
	}
	p.writers.Wait()
	p.close()
	s.Check(p.failed)
}

// finish NAME waits for a publisher in the background and prints how many of
// its messages were acknowledged. With -stop it publishes no more; with -failed
// it must have ended early.
func (s *story) finish(args []string) {
	var stop, failed bool
	args = s.flags("finish [-stop] [-failed] NAME", 1, args, func(f *flag.FlagSet) {
		f.BoolVar(&stop, "stop", false, "")
		f.BoolVar(&failed, "failed", false, "")
	})
	p, ok := s.publishers[args[0]]
	if !ok {
		s.Fatalf("there is no publisher %s", args[0])
	}
	delete(s.publishers, args[0])
	if stop {
		p.stop()
	}
	p.writers.Wait()
	p.close()
	if failed != (p.failed != nil) {
		s.Fatalf("%s ended with %v after %d messages", args[0], p.failed, p.count.Load())
	}
	fmt.Fprintf(s.Stdout(), "%d acknowledged\n", p.count.Load())
}

func (p *publisher) stop() {
	p.halt.Store(true)
	p.writers.Wait()
}

func (p *publisher) close() {
	if p.acked != nil {
		p.acked.Close()
	}
}

func (p *publisher) run() {
	client := &http.Client{Transport: &http.Transport{}} // a connection of its own
	defer client.CloseIdleConnections()
	for !p.halt.Load() {
		n := p.next.Add(1)
		if n > p.to {
			return
		}
		if err := p.publish(client, n); err != nil {
			p.mu.Lock()
			p.failed = fmt.Errorf("message %d: %w", n, err)
			p.mu.Unlock()
			return
		}
	}
}

func (p *publisher) publish(client *http.Client, n int64) error {
	data := strconv.FormatInt(n, 10)
	to := p.url
	if p.ids != "" {
		to += "?id=" + url.QueryEscape(p.ids+data)
	}
	if len(data) < p.size {
		data += strings.Repeat(".", p.size-len(data))
	}
	req, err := http.NewRequest(http.MethodPost, to, strings.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s: %s", res.Status, body)
	}
	p.count.Add(1)
	if p.acked != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if _, err := fmt.Fprintln(p.acked, dataLine(data)); err != nil {
			return err
		}
	}
	return nil
}

// history NAME SOURCE FILE writes the whole history of a source to a file, in
// the lines that subscribe writes.
func (s *story) history(args []string) {
	args = s.flags("history NAME SOURCE FILE", 3, args, nil)
	out, err := os.Create(s.MkAbs(args[2]))
	s.Check(err)
	defer out.Close()
	for after := "0"; ; {
		status, body, err := s.ask(s.box(args[0]), http.MethodGet, "/sources/"+url.PathEscape(args[1])+"/messages?limit=5000&after="+after, "")
		s.Check(err)
		if status != http.StatusOK {
			s.Fatalf("status %d: %s", status, body)
		}
		var page struct {
			Messages []struct {
				Kind, Data string
				Gap        struct {
					Code    string
					Missing *int64
				}
			}
			To   string
			More bool
		}
		s.Check(json.Unmarshal(body, &page))
		for _, m := range page.Messages {
			switch m.Kind {
			case "event":
				fmt.Fprintln(out, dataLine(m.Data))
			case "gap":
				fmt.Fprintln(out, gapLine(m.Gap.Code, m.Gap.Missing))
			}
		}
		if !page.More {
			return
		}
		after = page.To
	}
}

// dataLine is the data of a message as one short line.
func dataLine(data string) string {
	const long = 200
	if len(data) > long {
		sum := sha256.Sum256([]byte(data))
		data = fmt.Sprintf("%s… %d bytes, SHA-256 %x", strings.ToValidUTF8(data[:40], ""), len(data), sum[:8])
	}
	return strings.ReplaceAll(data, "\n", `\n`)
}

func gapLine(code string, missing *int64) string {
	if missing == nil {
		return "gap: " + code + ", unknown missing"
	}
	return fmt.Sprintf("gap: %s, %d missing", code, *missing)
}

// each-once WANTED GOT checks that each line of the first file is in the second
// exactly once, and that no other line is in the second twice. Lines that are
// not in the first are allowed: what was committed and not acknowledged before
// a crash.
func (s *story) eachOnce(args []string) {
	args = s.flags("each-once WANTED GOT", 2, args, nil)
	wrong := once(s.lines(args[0]), s.lines(args[1]))
	if s.neg != (wrong != "") {
		s.Fatalf("%s in %s: %q", args[0], args[1], wrong)
	}
}

// once returns the first error in the lines, or "".
func once(wanted, got []string) string {
	times := map[string]int{}
	for _, line := range got {
		if times[line]++; times[line] > 1 {
			return line + " is there twice"
		}
	}
	if len(wanted) == 0 {
		return "nothing is wanted"
	}
	for _, line := range wanted {
		if times[line] == 0 {
			return fmt.Sprintf("%s is missing; %d are there of %d", line, len(got), len(wanted))
		}
	}
	return ""
}

func (s *story) lines(file string) (lines []string) {
	in := bufio.NewScanner(strings.NewReader(s.ReadFile(file)))
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		lines = append(lines, in.Text())
	}
	s.Check(in.Err())
	return lines
}

// begin-publish URL CHANNEL sends the head of a publish and a part of its data
// and leaves the connection open: a server that ends waits for the rest.
func (s *story) beginPublish(args []string) {
	args = s.flags("begin-publish URL CHANNEL", 2, args, nil)
	to, err := url.Parse(args[0])
	s.Check(err)
	conn, err := net.Dial("tcp", to.Host)
	s.Check(err)
	s.Defer(func() { conn.Close() })
	// The server sends the status 100 when it begins to read.
	_, err = fmt.Fprintf(conn, "POST /channels/%s/messages HTTP/1.1\r\nHost: %s\r\nContent-Type: text/plain\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n",
		url.PathEscape(args[1]), to.Host)
	s.Check(err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	s.Check(err)
	if !strings.Contains(line, " 100 ") {
		s.Fatalf("the server does not begin: %s", line)
	}
	_, err = io.WriteString(conn, "only a part")
	s.Check(err)
}
