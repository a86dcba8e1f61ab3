package serve

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/publish"
	"signalbox/backend/sqlite"
)

// linesAnswer is the answer to JSON lines.
type linesAnswer struct {
	Stored, Repeated int
	Receipts         []struct {
		Position, ID string
		Clients      int
		Repeated     bool
	}
}

func (r *running) postLines(channel, body string, headers ...string) linesAnswer {
	r.t.Helper()
	return want[linesAnswer](r, 201, "POST", "/channels/"+channel+"/messages", body, append([]string{"Content-Type", "application/x-ndjson"}, headers...)...)
}

func TestJSONLinesArePublishedInOrderWithAReceiptForEach(t *testing.T) {
	s := start(t, nil)
	all, paid := s.open(t.Context(), "/events/x"), s.open(t.Context(), "/events/x?type=paid")
	got := s.postLines("x", "{\"data\":\"a\"}\n\n{\"event\":\"paid\",\"id\":\"7\",\"data\":{\"n\": 1}}\r\n{\"id\":\"7\",\"event\":\"paid\",\"data\":\"{\\\"n\\\":1}\"}\n{\"data\":\"two\\nlines\"}")
	if got.Stored != 3 || got.Repeated != 1 || len(got.Receipts) != 4 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []struct {
		id       string
		clients  int
		repeated bool
	}{{got.Receipts[0].Position, 1, false}, {"7", 2, false}, {"7", 0, true}, {got.Receipts[3].Position, 1, false}} {
		if r := got.Receipts[i]; r.ID != want.id || r.Clients != want.clients || r.Repeated != want.repeated {
			t.Errorf("%d: %+v, not %+v", i, r, want)
		}
	}
	if got.Receipts[2].Position != got.Receipts[1].Position {
		t.Error("the second of two equal lines has a position of its own")
	}
	all.want("message", got.Receipts[0].ID, "a")
	all.want("paid", "7", `{"n":1}`)
	all.want("message", got.Receipts[3].ID, "two\nlines")
	paid.want("paid", "7", `{"n":1}`)

	// The same request again, with a key and under the other content type.
	body := "{\"data\":\"once\"}\n{\"data\":\"once\"}\n"
	first := s.postLines("x", body, "Content-Type", "application/jsonl", "Idempotency-Key", "k")
	again := s.postLines("x", body, "Content-Type", "application/jsonl", "Idempotency-Key", "k")
	if first.Stored != 2 || again.Stored != 0 || again.Repeated != 2 || again.Receipts[1].Position != first.Receipts[1].Position {
		t.Errorf("%+v, then %+v", first, again)
	}
	list := want[struct{ Published []publish.Publication }](s, 200, "GET", "/api/published", "").Published
	if len(list) != 8 || list[0].Position != first.Receipts[1].Position || !list[0].Repeated || list[7].Position != got.Receipts[0].Position {
		t.Errorf("%+v", list)
	}
	if _, text := s.do("GET", "/metrics", ""); !strings.Contains(text, "\nsignalbox_publish_seconds_count 8\n") || !strings.Contains(text, "\nsignalbox_messages_appended_total 5\n") {
		t.Errorf("the metrics do not count the messages:\n%s", text)
	}
}

func TestAWrongLineRefusesAllAndIsNamed(t *testing.T) {
	s := start(t, nil)
	s.publisher.SetLimits(publish.Limits{CreateChannels: true, MaxEvent: 1000})
	good := "{\"data\":\"x\"}\n"
	for _, c := range []struct {
		body, query, key string
		status           int
		code, field      string
		line             int
	}{
		{good + "\n" + `{"data":"x"`, "", "", 400, "bad_json", "", 3},
		{good + `{"event":"x"}`, "", "", 400, "bad_data", "data", 2},
		{strings.Repeat(good, 16) + `{"id":" 7","data":""}`, "", "", 400, "bad_id", "id", 17},
		{good + `{"data":"` + strings.Repeat("x", 1001) + `"}`, "", "", 413, "too_large", "data", 2},
		{strings.Repeat(good, 10_001), "", "", 413, "too_many_lines", "", 10_001},
		{strings.Repeat(" ", 32<<20+1), "", "", 413, "too_large", "", 0},
		{"", "", "", 400, "bad_json", "", 0},
		{good, "?event=e", "", 400, "bad_event", "event", 0},
		{good, "", strings.Repeat("k", 300), 400, "bad_key", "Idempotency-Key", 0},
	} {
		got := want[refusal](s, c.status, "POST", "/channels/refused/messages"+c.query, c.body, "Content-Type", "application/x-ndjson", "Idempotency-Key", c.key).Error
		if got.Code != c.code || got.Field != c.field || got.Line != c.line {
			t.Errorf("%.40q: %+v, want %s of %q in line %d", c.body, got, c.code, c.field, c.line)
		}
	}
	if _, ok := s.journal.Source("refused"); ok || s.journal.Last() != 0 {
		t.Error("a refused request left something behind")
	}
	if list := s.publisher.Recent(); len(list) != 9 || list[6].Channel != "refused" || !strings.HasPrefix(list[6].Error, "Line 17: ") {
		t.Errorf("%+v", list)
	}
}

func TestJSONLinesTakeRoomInTheBudgetOfBodies(t *testing.T) {
	const most = 1 << 20
	s := start(t, func(c *Config) { c.MaxBodies = most })
	s.begin("x", bytes.Repeat([]byte("l"), 900_000), 1000)
	await(t, 10*time.Second, "another body is being read", func() bool { return s.bodies.Reserved() == 900_000 })
	line := `{"data":"` + strings.Repeat("x", 1000) + "\"}\n"
	s.postLines("x", strings.Repeat(line, 10)) // small
	resp, text := s.do("POST", "/channels/x/messages", strings.Repeat(line, 300), "Content-Type", "application/x-ndjson")
	if resp.StatusCode != 503 || !strings.Contains(text, "busy_bodies") {
		t.Errorf("%s %s", resp.Status, text)
	}
}

func TestTheWindowPublishesLinesToo(t *testing.T) {
	s := start(t, nil)
	r, err := http.NewRequest("POST", "wails://wails/channels/x/messages", strings.NewReader("{\"data\":\"a\"}\n{\"data\":\"b\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	w := httptest.NewRecorder()
	s.Window().ServeHTTP(w, r)
	if w.Code != 201 || strings.Count(w.Body.String(), `"position"`) != 2 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// BenchmarkPublishingLines publishes JSON lines over HTTP, 100 in a request of
// about 20 KB, from 16 connections. Each waits for its answer.
func BenchmarkPublishingLines(b *testing.B) {
	for _, ids := range []bool{false, true} {
		b.Run(fmt.Sprintf("ids=%v", ids), func(b *testing.B) { benchLines(b, ids) })
	}
}

func benchLines(b *testing.B, ids bool) {
	const connections, each, digits = 16, 100, 16
	store, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(b.Context(), store, journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	s := New(Config{Journal: j, Feeds: &fakeFeeds{}, Samples: &fakeSamples{}, Publish: publish.New(j, publish.Limits{CreateChannels: true}), Log: slog.New(slog.DiscardHandler)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go s.Serve(b.Context(), l)
	line, mark := `{"data":"`+strings.Repeat("x", 200)+"\"}\n", `"id":"`
	if ids {
		line = "{" + mark + strings.Repeat("0", digits) + `",` + line[1:]
	}
	body := strings.Repeat(line, each)
	request := "POST /channels/bench/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: " +
		strconv.Itoa(len(body)) + "\r\n\r\n" + body
	var left, next atomic.Int64
	left.Store(int64(b.N))
	done := make(chan error, connections)
	begun := time.Now()
	b.ReportAllocs()
	b.ResetTimer()
	for range connections {
		go func() {
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				done <- err
				return
			}
			defer conn.Close()
			sent, answer := []byte(request), make([]byte, 64<<10)
			for err == nil && left.Add(-1) >= 0 {
				for rest := sent; ids; {
					i := bytes.Index(rest, []byte(mark))
					if i < 0 {
						break
					}
					rest = rest[i+len(mark):]
					copy(rest, fmt.Appendf(nil, "%016x", uint64(next.Add(1))*0x9E3779B97F4A7C15))
				}
				if _, err = conn.Write(sent); err == nil {
					err = readReceipts(conn, answer)
				}
			}
			done <- err
		}()
	}
	for range connections {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
	b.ReportMetric(float64(b.N*each)/time.Since(begun).Seconds(), "messages/s")
}

// readReceipts reads an answer to its end.
func readReceipts(conn net.Conn, answer []byte) error {
	n := 0
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	for !bytes.HasSuffix(answer[:n], []byte("\n]}\n")) {
		k, err := conn.Read(answer[n:])
		if err != nil {
			return fmt.Errorf("%w after %q", err, answer[:min(n, 200)])
		}
		n += k
	}
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 201 ")) {
		return io.ErrUnexpectedEOF
	}
	return nil
}
