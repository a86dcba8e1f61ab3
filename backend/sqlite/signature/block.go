package signature

import (
	"cmp"
	"math"
	"math/bits"
	"strings"
)

const (
	// BlockBytes is the size of the texts at which a block ends. Testing the
	// messages of a block takes a fraction of a millisecond.
	BlockBytes = 48 << 10
	// blockMessages is the number of messages at which a block ends.
	blockMessages = 1024

	minLog, maxLog = 9, 16 // the binary logarithm of the number of bits
	maxBits        = 1 << maxLog
	// maxLoad is the greatest number of grams for each bit of a signature. Twice as
	// many bits leave 0.8 to 0.9 of the blocks for short words, and none less for
	// long ones.
	maxLoad = 0.22
)

// A Builder makes the signatures of blocks. The zero value is ready to use. One
// goroutine may use it at a time.
type Builder struct {
	// Bytes is the size of the texts at which a block ends, if it is not
	// BlockBytes.
	Bytes int

	words    [maxBits / 64]uint64
	bytes    int
	messages int
}

// Add adds a message to the block: its type and data, or other texts to search.
func (b *Builder) Add(texts ...string) {
	for _, t := range texts {
		b.addText(t)
		b.bytes += len(t)
	}
	b.messages++
}

// Full reports whether the block should end.
func (b *Builder) Full() bool {
	return b.bytes >= cmp.Or(b.Bytes, BlockBytes) || b.messages >= blockMessages
}

// Empty reports whether the block has no message.
func (b *Builder) Empty() bool { return b.messages == 0 }

// Block returns the block of all messages added, which are those up to the number
// through, and begins the next.
func (b *Builder) Block(through int64) Block {
	block := Block{Through: through, bytes: b.bytes, grams: gramsOf(b.words[:])}
	block.log = logFor(block.grams)
	block.words = make([]uint64, 1<<block.log/64)
	for i, w := range b.words {
		for ; w != 0; w &= w - 1 {
			at := (i<<6 | bits.TrailingZeros64(w)) >> (maxLog - block.log)
			block.words[at>>6] |= 1 << (at & 63)
		}
	}
	b.Reset()
	return block
}

// Reset removes all messages from the block.
func (b *Builder) Reset() { *b = Builder{Bytes: b.Bytes} }

// gramsOf returns how many different grams have probably set the bits of a
// signature.
func gramsOf(words []uint64) float64 {
	n, size := 0, 64*len(words)
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	return -float64(size) * math.Log(1-float64(min(n, size-1))/float64(size))
}

// logFor returns the logarithm of the number of bits for so many grams.
func logFor(grams float64) int {
	log := minLog
	for log < maxLog && grams > maxLoad*float64(int(1)<<log) {
		log++
	}
	return log
}

// A Block is the signature of the messages after the block before it and up to the
// number Through. It does not change.
type Block struct {
	Through int64

	bytes int     // of its texts
	grams float64 // an estimate
	log   int
	words []uint64
}

// has reports whether the bit of a hash is set.
func (b *Block) has(hash uint16) bool {
	at := int(hash) >> (maxLog - b.log)
	return b.words[at>>6]&(1<<(at&63)) != 0
}

// lower has each byte, with A to Z in lower case.
var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	return t
}()

// isHex tells which bytes are digits of hexadecimal numbers.
var isHex = func() (t [256]bool) {
	for _, c := range "0123456789abcdefABCDEF" {
		t[c] = true
	}
	return t
}()

const (
	hexDigits   = 5
	firstDigits = 4
	gramFactor  = 0x9E3779B97F4A7C15
	// The bits of a backslash and of one before a u.
	backslash, escape = 0x5c00, 0x5c75
	// Bytes that are two characters of three bytes each: the bits that say so, and
	// their values. Three bytes with the end of one and the beginning of another are
	// not a gram: the pair says more.
	pairMask, pair     = 0xF0C0C0_F0C0C0, 0xE08080_E08080
	innerMask1, inner1 = 0xC0C0F0, 0x8080E0
	innerMask2, inner2 = 0xC0F0C0, 0x80E080
)

// addText sets the bits of the grams of a text.
func (b *Builder) addText(s string) {
	if i := strings.IndexByte(s, '\\'); i >= 0 {
		b.set(backslash)
		if strings.Contains(s[i:], `\u`) || strings.Contains(s[i:], `\U`) {
			b.set(escape)
		}
	}
	if len(s) < 3 {
		return
	}
	last := uint64(lower[s[0]])<<8 | uint64(lower[s[1]]) // the bytes before, 8 at most
	for i := 2; i < len(s); i++ {
		c := lower[s[i]]
		last = last<<8 | uint64(c)
		if c >= 0x80 && b.addWide(last) {
			continue
		}
		b.set(uint64(uint32(last) << 8 * 0x9E3779B1 >> (32 - maxLog)))
	}
	b.addNumbers(s)
}

// addNumbers sets the bits of the digits of hexadecimal numbers, and of their first
// digits with one byte and with two bytes before them. It looks at every fourth byte
// first: that is faster than to count digits.
func (b *Builder) addNumbers(s string) {
	for i := firstDigits - 1; i < len(s); i += firstDigits {
		if !isHex[s[i]] {
			continue
		}
		begin := i
		for begin > i-firstDigits+1 && isHex[s[begin-1]] {
			begin--
		}
		last := uint64(0)
		for n := 0; begin+n < len(s) && isHex[s[begin+n]]; n++ {
			last = last<<8 | uint64(lower[s[begin+n]])
			i = max(i, begin+n)
			if n == firstDigits-1 && begin > 0 {
				last |= uint64(lower[s[begin-1]]) << (8 * firstDigits)
				b.set(last * gramFactor >> (64 - maxLog))
				if begin > 1 {
					b.set((last | uint64(lower[s[begin-2]])<<(8*firstDigits+8)) * gramFactor >> (64 - maxLog))
				}
			}
			if n >= hexDigits-1 {
				b.set(last & (1<<(8*hexDigits) - 1) * gramFactor >> (64 - maxLog))
			}
		}
	}
}

// addWide sets the bits of the two characters of three bytes that end here. It
// reports whether the last three bytes are no gram. A pair has three bits: a search
// for two characters has no other gram that narrows it.
func (b *Builder) addWide(last uint64) (inner bool) {
	if last&pairMask == pair {
		h := last & (1<<48 - 1) * 0xD6E8FEB86659FD93
		b.set(h >> 48)
		b.set(h >> 32 & (maxBits - 1))
		b.set(h >> 16 & (maxBits - 1))
	}
	return last&innerMask1 == inner1 || last&innerMask2 == inner2
}

func (b *Builder) set(hash uint64) { b.words[hash>>6&(maxBits/64-1)] |= 1 << (hash & 63) }
