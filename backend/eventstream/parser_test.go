package eventstream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// parse returns what a parser found in a stream, one line each.
func parse(limit int, lastEventID string, pieces ...[]byte) []string {
	var list []string
	p := newParser(lastEventID, func() int { return limit })
	p.comment = func() { list = append(list, "comment") }
	p.retry = func(ms int64) { list = append(list, fmt.Sprintf("retry %d", ms)) }
	p.overLimit = func() { list = append(list, "over") }
	add := func() { list = append(list, describe(&p.event)) }
	for _, b := range pieces {
		b = bytes.Clone(b) // a caller uses its buffer again
		for len(b) > 0 {
			n, found := p.next(b)
			clear(b[:n])
			if b = b[n:]; found {
				add()
			}
		}
	}
	if p.end() {
		add()
	}
	return list
}

// describe writes an event as the tables below do.
func describe(f *rawEvent) string {
	s := ""
	switch f.kind {
	case IDOnly:
		return fmt.Sprintf("id %q", f.lastEventID)
	case TooLarge:
		s = fmt.Sprintf("large %d", f.size)
	case Truncated:
		s = fmt.Sprintf("cut %d", f.size)
	default:
		s = fmt.Sprintf("%s %q", f.typ, f.data)
	}
	if f.overlong != "" {
		s += " " + f.overlong
	}
	if f.hasID {
		s += fmt.Sprintf(" id=%q", f.lastEventID)
	} else if len(f.lastEventID) > 0 {
		s += fmt.Sprintf(" after=%q", f.lastEventID)
	}
	if f.retry >= 0 {
		s += fmt.Sprintf(" retry=%d", f.retry)
	}
	return s
}

// eachByte cuts a text into its bytes.
func eachByte(b []byte) (pieces [][]byte) {
	for i := range b {
		pieces = append(pieces, b[i:i+1])
	}
	return pieces
}

// cut cuts a text into pieces of random length.
func cut(b []byte, r *rand.Rand) (pieces [][]byte) {
	for len(b) > 0 {
		n := 1 + r.IntN(min(len(b), 1+r.IntN(40)))
		pieces = append(pieces, b[:n])
		b = b[n:]
	}
	return pieces
}

// deliveries returns ways of splitting a stream into reads.
func deliveries(stream string) map[string][][]byte {
	b := []byte(stream)
	all := map[string][][]byte{"whole": {b}}
	if len(b) <= 1<<16 {
		all["by bytes"] = eachByte(b)
	}
	for seed := range uint64(8) {
		all[fmt.Sprint("in pieces, seed ", seed)] = cut(b, rand.New(rand.NewPCG(seed, 1)))
	}
	return all
}

func TestTheParserFollowsTheStandard(t *testing.T) {
	for _, c := range parserCases {
		t.Run(c.section+" "+c.name, func(t *testing.T) {
			for how, pieces := range deliveries(c.stream) {
				if got := parse(1<<20, c.last, pieces...); !slices.Equal(got, c.want) {
					t.Errorf("%s:\n got %s\nwant %s", how, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
				}
			}
		})
	}
}

func TestTheTableOfCasesIsLongEnough(t *testing.T) {
	names := make(map[string]bool)
	for _, c := range parserCases {
		if names[c.name] {
			t.Errorf("two cases are called %q", c.name)
		}
		names[c.name] = true
	}
	if len(names) < 120 {
		t.Errorf("%d cases", len(names))
	}
}

func TestAnEventOverTheLimitBecomesAGapAndTheStreamGoesOn(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"one line", "data: " + long + "\n\ndata: a\n\n", []string{"over", "large 100", `message "a"`}},
		{"at the limit", "data: " + long[:64] + "\n\n", []string{fmt.Sprintf("message %q", long[:64])}},
		{"one over the limit", "data: " + long[:65] + "\n\n", []string{"over", "large 65"}},
		{"many lines", strings.Repeat("data: xxxxxxxxx\n", 10) + "\ndata: a\n\n", []string{"over", "large 99", `message "a"`}},
		{"its id counts", "id: 5\ndata: " + long + "\n\ndata: a\n\n", []string{"over", `large 100 id="5"`, `message "a" after="5"`}},
		{"an id after the data counts", "data: " + long + "\nid: 5\n\n", []string{"over", `large 100 id="5"`}},
		{"its retry counts", "data: " + long + "\nretry: 7\n\n", []string{"over", "retry 7", "large 100 retry=7"}},
		{"a long type", "event: " + long + "\ndata: a\n\ndata: b\n\n", []string{"over", "large 100 type", `message "b"`}},
		{"a long id is no id", "id: " + long + "\ndata: a\n\ndata: b\n\n", []string{"over", "large 100 id", `message "b"`}},
		{"a long id that is not the last", "id: " + long + "\nid: 5\ndata: a\n\n", []string{"over", `large 100 id id="5"`}},
		{"a long type after long data", "data: " + long + "\nevent: " + long + long + "\n\n", []string{"over", "large 100"}},
		{"a long id after another", "id: 5\nid: " + long + "\ndata: a\n\ndata: b\n\n", []string{"over", "large 100 id", `message "b"`}},
		{"a long id without data", "id: 5\n\nid: " + long + "\n\ndata: b\n\n", []string{`id "5"`, "over", `message "b" after="5"`}},
		{"a long type without data", "event: " + long + "\nid: 6\n\ndata: b\n\n", []string{"over", `id "6"`, `message "b" after="6"`}},
		{"an id grown by what is not UTF-8", "id: " + strings.Repeat("\xff", 30) + "\ndata: a\n\ndata: b\n\n", []string{"large 30 id", `message "b"`}},
		{"a long id never ended", "id: " + long, []string{"over", "cut 100 id"}},
		{"a type grown by what is not UTF-8", "event: " + strings.Repeat("\xff", 30) + "\ndata: a\n\n", []string{"large 30 type"}},
		{"a long comment is none", ":" + long + long + "\ndata: a\n\n", []string{"comment", `message "a"`}},
		{"a long name is none", long + long + ": x\ndata: a\n\n", []string{`message "a"`}},
		{"never ended", "data: " + long, []string{"over", "cut 100"}},
		{"empty lines of data", strings.Repeat("data\n", 100) + "\ndata: a\n\n", []string{"over", "large 99", `message "a"`}},
		{"grown by what is not UTF-8", "data: " + strings.Repeat("\xff", 30) + "\n\ndata: a\n\n", []string{"large 30", `message "a"`}},
	} {
		for how, pieces := range deliveries(c.stream) {
			got := parse(64, "", pieces...)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s, %s: %q, want %q", c.name, how, got, c.want)
			}
		}
	}
}

func TestALongLineIsRead(t *testing.T) {
	for _, size := range []int{64<<10 - 1, 64 << 10, 1 << 20} {
		want := []string{fmt.Sprintf("message %q", strings.Repeat("x", size))}
		for how, pieces := range deliveries("data:" + strings.Repeat("x", size) + "\r\n\r\n") {
			if got := parse(1<<20, "", pieces...); !slices.Equal(got, want) {
				t.Errorf("%d bytes, %s: %d events", size, how, len(got))
			}
		}
	}
	line := "data: " + strings.Repeat("x", 1023) + "\n"
	got := parse(16<<20, "", []byte(strings.Repeat(line, 10<<10)+"\n"))
	if len(got) != 1 || len(got[0]) != len(`message ""`)+10<<10*1024-1+len("\\")*(10<<10-1) {
		t.Errorf("10 MiB of lines: %d events, %d bytes", len(got), len(got[0]))
	}
}

func TestAnEndlessLineUsesNoMemory(t *testing.T) {
	for _, begin := range []string{"data: ", "data", "id: ", "event: ", ":", "x: ", "retry: ", "retry: 1"} {
		p := newParser("", func() int { return 1 << 10 })
		p.next([]byte(begin))
		piece := bytes.Repeat([]byte("1"), 1<<12)
		for range 1 << 10 {
			p.next(piece)
		}
		if n := cap(p.data) + cap(p.value) + cap(p.name) + cap(p.typ) + cap(p.newID); n > 4<<10 {
			t.Errorf("%q: %d bytes are held", begin, n)
		}
		if n, found := p.next([]byte("\n\ndata: a\n\n")); !found && n == 0 {
			t.Errorf("%q: the stream did not go on", begin)
		}
	}
}

func TestTheBufferOfALargeEventIsReleased(t *testing.T) {
	p := newParser("", func() int { return 16 << 20 })
	if _, found := p.next([]byte("data: " + strings.Repeat("x", 8<<20) + "\n\n")); !found {
		t.Fatal("it was not found")
	}
	p.next([]byte("data: a\n\n"))
	if cap(p.data) > maxReused {
		t.Errorf("%d bytes are held", cap(p.data))
	}
}

func BenchmarkParser(b *testing.B) {
	event := "event: order.paid\nid: 88405\ndata: {\"order\":70012,\"customer\":\"" + strings.Repeat("x", 130) + "\"}\n\n"
	stream := []byte(strings.Repeat(event, 300))
	p := newParser("", func() int { return 16 << 20 })
	b.SetBytes(int64(len(event)))
	for n := 0; n < b.N; {
		for rest := stream; len(rest) > 0; n++ {
			took, _ := p.next(rest)
			rest = rest[took:]
		}
	}
}
