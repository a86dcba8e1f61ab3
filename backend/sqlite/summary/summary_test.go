package summary

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"signalbox/backend/live"
)

// A sum is what a Tally adds to.
type sum struct {
	cell    Cell
	stretch int
}

// some returns messages of a few sources and types, whose times may go back and whose
// numbers may leave some out.
func some(r *rand.Rand, n int) (ms []Message) {
	number, received := r.Int64N(1000), int64(1_000_000)
	sparse := r.IntN(2) == 0
	for range n {
		if number++; sparse {
			number += r.Int64N(3)
		}
		received += r.Int64N(1000) - 200
		c := Cell{Source: 1 + r.Int64N(3), Kind: live.Kind(r.IntN(3))}
		if c.Kind == live.Event {
			c.Type = fmt.Sprint("t", r.IntN(5))
		}
		ms = append(ms, Message{number, received, c})
	}
	return ms
}

func TestATallyCountsEveryMessageOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	counted, rows := 0, 0
	for range 300 {
		ms := some(r, 1+r.IntN(200))
		var b Builder
		var bs Blocks
		var through []int64
		blocks := 1 + r.IntN(6)
		for i, m := range ms {
			b.Add(m, r.IntN(200))
			if i == len(ms)-1 || r.IntN(len(ms)) < blocks {
				bs = b.End()
				through = append(through, m.Number)
			}
		}
		file := bytes.NewReader(Append([]byte("something before"), bs))
		segment, err := Open(file, int64(len("something before")))
		if err != nil {
			t.Fatal(err)
		}
		again, err := segment.Blocks()
		if err != nil {
			t.Fatal(err)
		}
		segment, err = Open(file, int64(len("something before"))) // without lists
		if err != nil {
			t.Fatal(err)
		}
		at := r.IntN(len(through) + 1)
		joined := Blocks{bs.cells, bs.blocks[:at]}.Join(Blocks{bs.cells, bs.blocks[at:]})
		// Of a part with other cells before it.
		var other Builder
		other.Add(Message{0, 0, Cell{Source: 9}}, 100)
		other.End()
		shifted := other.of.Join(bs)
		shifted.blocks = shifted.blocks[1:]
		first := map[int64]int64{1: ms[r.IntN(len(ms))].Number, 2: 0, 3: math.MaxInt64}
		begin := ms[r.IntN(len(ms))].Received
		got, want := map[sum]int64{}, map[sum]int64{}
		tally := Tally{Origin: begin - 500, Width: 1 + r.Int64N(3000), From: begin, To: begin + r.Int64N(30_000),
			Wanted: func(c Cell) bool { return c.Kind != live.NoteKind && c.Type != "t3" },
			First:  func(source int64) (int64, error) { return first[source], nil },
			Add:    func(c Cell, stretch int, n int64) { got[sum{c, stretch}] += n },
		}
		if r.IntN(2) == 0 {
			tally.Origin, tally.From, tally.To, tally.Width = 0, 0, math.MaxInt64, math.MaxInt64
		}
		part := Span{ms[r.IntN(len(ms))].Number - 1, ms[r.IntN(len(ms))].Number}
		if r.IntN(2) == 0 {
			part = Span{0, math.MaxInt64}
		}
		for name, of := range map[string]Summaries{"memory": &bs, "file": segment, "read again": &again, "joined": &joined, "joined with others": &shifted} {
			clear(got)
			clear(want)
			counting, err := tally.Begin(of)
			if err != nil {
				t.Fatal(err)
			}
			after := ms[0].Number - 1
			for i, through := range through {
				ok, err := counting.Count(i, Span{after, through}, part)
				if err != nil {
					t.Fatal(err)
				}
				if ok {
					counted++
				} else {
					rows++
				}
				for _, m := range ms {
					inside := after < m.Number && m.Number <= through
					if inside && !Overlaps(of, i, m.Received, m.Received+1) {
						t.Fatalf("%s: block %d has not the time of %+v", name, i, m)
					}
					if ok && inside && part.After < m.Number && m.Number <= part.Through && first[m.Cell.Source] <= m.Number &&
						tally.From <= m.Received && m.Received < tally.To && tally.Wanted(m.Cell) {
						want[sum{m.Cell, int((m.Received - tally.Origin) / tally.Width)}]++
					}
				}
				after = through
			}
			counting.Flush()
			if !maps.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", name, got, want)
			}
		}
	}
	if counted < 500 || rows < 100 {
		t.Errorf("%d blocks were counted, %d not", counted, rows)
	}
}

func TestABlockWithTooManyCellsIsNotCounted(t *testing.T) {
	var b Builder
	for i := range maxCells {
		b.Add(Message{int64(i), 0, Cell{Source: 1, Type: fmt.Sprint(i)}}, 100)
		if b.Full() {
			b.End()
		}
	}
	b.Add(Message{5000, 7, Cell{Source: 1, Type: "one more"}}, 100)
	b.End()
	b.Add(Message{5001, 7, Cell{Source: 1, Type: "5"}}, 100)
	bs := b.End()
	all := int64(0)
	tally := Tally{Width: 100, To: 100, Wanted: func(Cell) bool { return true }, First: func(int64) (int64, error) { return 0, nil }, Add: func(_ Cell, _ int, n int64) { all += n }}
	counting, err := tally.Begin(&bs)
	if err != nil {
		t.Fatal(err)
	}
	var done []bool
	for i := range bs.blocks {
		ok, err := counting.Count(i, Span{0, 10_000}, Span{0, 10_000})
		if err != nil {
			t.Fatal(err)
		}
		done = append(done, ok)
	}
	counting.Flush()
	if fmt.Sprint(done) != "[true false true]" || all != maxCells+1 {
		t.Errorf("counted %v, %d messages", done, all)
	}
}

func TestDamagedSummariesAreNoticed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var b Builder
	var bs Blocks
	ms := some(r, 200)
	for i, m := range ms {
		if b.Add(m, 200); i%20 == 19 {
			bs = b.End()
		}
	}
	good := Append(nil, bs)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << r.IntN(8)
		if i%10 == 0 {
			bad = bad[:i]
		}
		s, err := Open(bytes.NewReader(bad), 0)
		if err == nil {
			_, err = s.Blocks()
		}
		if !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d of %d: %v", i, len(good), err)
		}
	}
}
