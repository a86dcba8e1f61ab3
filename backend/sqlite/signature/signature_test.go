package signature

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// words are pieces of random texts: letters of both cases, digits, characters of two
// and three bytes, escapes, a NUL, and bytes that are no UTF-8.
var words = []string{"order", "Paid", "SHIPPED", "70012345", "8f14e45f", "退货", "客户", "é", "\x00", "\xff\xe9", "\xe9\x80", `\u4e2d`, `\`, `"`, "a", " ", "{", "A-1840", "zzz"}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		if r.IntN(3) == 0 {
			b.WriteByte(byte(r.IntN(256)))
		}
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}

// upper changes a to z only, and no byte that is not UTF-8.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

// A block, a segment in memory and a segment that was written have each text that
// was added, and each part of it, in either case.
func TestABlockHasEveryPartOfItsTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 30 {
		var blocks Blocks
		var texts [][]string
		var b Builder
		for i := range 1 + r.IntN(40) {
			var of []string
			for range 1 + r.IntN(1+round*round) {
				text := randomText(r)
				b.Add(text)
				of = append(of, text)
			}
			texts = append(texts, of)
			blocks = append(blocks, b.Block(int64(i+1)))
		}
		var file bytes.Buffer
		if err := Write(&file, Head{History: "abcd", Stamp: 7}, blocks); err != nil {
			t.Fatal(err)
		}
		segment, err := Open(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		again, err := segment.Blocks()
		if err != nil {
			t.Fatal(err)
		}
		for i, of := range texts {
			for _, text := range of {
				from := r.IntN(len(text) + 1)
				part := text[from : from+r.IntN(len(text)-from+1)]
				for _, piece := range []string{text, part, upper(part)} {
					q := Piece(piece)
					for name, from := range map[string]Slices{"memory": blocks, "file": segment, "read again": again} {
						found, err := Ask(&q, from, FirstBlocks(len(blocks)))
						if err != nil {
							t.Fatal(err)
						}
						if !found.Has(i) {
							t.Fatalf("%s: block %d of %d has %q and is not found for %q", name, i, len(blocks), text, piece)
						}
					}
				}
			}
		}
	}
}

// All grams of an article number but its first digits are in the block.
func TestTheFirstDigitsOfANumberAreOneGram(t *testing.T) {
	var b Builder
	b.Add(`"A-2", "-29", "299", "999", "A-29990"`, `"B-2999" and "29995" and "C-2998"`)
	blocks := Blocks{b.Block(1)}
	for text, want := range map[string]bool{"A-2999": true, "B-2999": true, "a-2998": false, "C-2998": true, "-2998": true, "2998": true, "C-2999": false} {
		q := Piece(text)
		found, err := Ask(&q, blocks, FirstBlocks(1))
		if err != nil || found.Has(0) != want {
			t.Errorf("%s: %v, %v", text, found.Has(0), err)
		}
	}
}

func TestAQuestionLeavesOutBlocksWithoutItsTexts(t *testing.T) {
	var blocks Blocks
	var b Builder
	for i, text := range []string{
		`{"state":"paid","note":"客户地址"}`, `{"state":"paid","note":"退货"}`, `{"state":"waiting","order":70012345}`,
	} {
		b.Add("order."+fmt.Sprint(i), text)
		blocks = append(blocks, b.Block(int64(i+1)))
	}
	for _, c := range []struct {
		name string
		q    Question
		want string
	}{
		{"a word", Piece("PAID"), "[true true false]"},
		{"the type", Piece("order.2"), "[false false true]"},
		{"two characters", Piece("退货"), "[false true false]"},
		{"two characters across two words", Piece("户退"), "[false false false]"},
		{"digits", Piece("12345"), "[false false true]"},
		{"digits in another order", Piece("54321"), "[false false false]"},
		{"less than three bytes", Piece("zz"), "[true true true]"},
		{"an escape", Piece(`\`), "[false false false]"},
		{"all of", All(Piece("paid"), Question{}, Piece("退货")), "[false true false]"},
		{"any of", Any(Piece("客户"), Piece("waiting")), "[true false true]"},
		{"any of what cannot be narrowed", Any(Piece("客户"), Piece("a")), "[true true true]"},
		{"any of nothing of all", All(Any(Piece("客户"), Piece("退货")), Piece("waiting")), "[false false false]"},
	} {
		found, err := Ask(&c.q, blocks, FirstBlocks(len(blocks)))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint([]bool{found.Has(0), found.Has(1), found.Has(2)}); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Whatever byte of a segment changes, no block is left out that has the text.
func TestADamagedSegmentHidesNothing(t *testing.T) {
	var blocks Blocks
	var b Builder
	for i := range 20 {
		b.Add("type", fmt.Sprintf("message %d of the order", i))
		blocks = append(blocks, b.Block(int64(i+1)))
	}
	var file bytes.Buffer
	if err := Write(&file, Head{History: "abcd"}, blocks); err != nil {
		t.Fatal(err)
	}
	whole, q := file.Bytes(), Piece("message")
	check := func(name string, damaged []byte) (noticed bool) {
		s, err := Open(bytes.NewReader(damaged))
		var found Set
		if err == nil {
			found, err = Ask(&q, s, FirstBlocks(20))
		}
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("%s: %v", name, err)
			}
			return true
		}
		if found != FirstBlocks(20) {
			t.Fatalf("%s: some blocks are not found", name)
		}
		return false
	}
	if check("whole", whole) {
		t.Fatal("the segment counts as damaged as it was written")
	}
	noticed := 0
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1 << (i % 8)
		if check(fmt.Sprintf("byte %d of %d", i, len(whole)), damaged) {
			noticed++
		}
	}
	if noticed < headBytes {
		t.Errorf("damage was noticed at %d of %d bytes", noticed, len(whole))
	}
	for _, size := range []int{0, 10, headBytes, headBytes + 20, len(whole) / 2} {
		zeros := bytes.Clone(whole)
		clear(zeros[size:])
		if !check(fmt.Sprint("zeros after ", size), zeros) || !check(fmt.Sprint("cut after ", size), whole[:size]) {
			t.Errorf("a segment that ends after %d bytes counts as whole", size)
		}
	}
}

func TestASegmentIsAtMostAQuarterOfItsTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		name string
		text func() string
	}{
		{"texts that repeat", func() string { return strings.Repeat(".", 190) }},
		{"random bytes", func() string {
			b := make([]byte, 4000)
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			return string(b)
		}},
		{"short texts", func() string { return fmt.Sprintf(`{"n":%d}`, r.IntN(1e9)) }},
	} {
		var blocks Blocks
		var b Builder
		size := 0
		for n := int64(1); len(blocks) < SegmentBlocks; n++ {
			text := c.text()
			b.Add(text)
			if size += len(text); b.Full() {
				blocks = append(blocks, b.Block(n))
			}
		}
		var file bytes.Buffer
		if err := Write(&file, Head{}, blocks); err != nil {
			t.Fatal(err)
		}
		if file.Len() > size/4 {
			t.Errorf("%s: %d bytes for %d bytes of text", c.name, file.Len(), size)
		}
	}
}

// Random values, because the processor soon knows a text that repeats.
func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 1000)
	for i := range texts {
		texts[i] = fmt.Sprintf(`{"order":%d,"customer":"Meyer","city":"Lisbon","total":%.2f,"state":"shipped","trace":"%016x","lines":[{"sku":"A-%d","count":%d}],"note":"left at the door","at":%d}`,
			70000000+r.IntN(1e6), 10+r.Float64()*90, r.Uint64(), 1000+r.IntN(9000), r.IntN(5), 1795000000000+r.Int64N(1e9))
	}
	var builder Builder
	b.SetBytes(int64(len(texts[0])))
	for i := range b.N {
		if builder.Add("order.created", texts[i%len(texts)]); builder.Full() {
			builder.Block(int64(i))
		}
	}
}
