package signature

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

const (
	// SegmentBlocks is the greatest number of blocks in a segment: a slice and its
	// checksum are then 64 bytes.
	SegmentBlocks = 480
	checksumBytes = 4
	// maxShare is the greatest size of a segment's slices, for each byte of text.
	maxShare = 0.19

	magic     = "SbxSig 3"
	headBytes = 64
	entrySize = 12 // bytes of the head for each block: its last number, and its size
	// chunkSlices is how many slices are written at once.
	chunkSlices = 1024
)

// ErrDamaged is the error of a segment that is not as it was written.
var ErrDamaged = errors.New("the segment is damaged")

// A Head describes a segment.
type Head struct {
	// History identifies the history: a segment of another one must not be used.
	// At most 16 bytes.
	History string
	After   int64 // the segment has the messages with greater numbers
	// Stamp is a property of the last message, by which another message with the
	// same number is recognised.
	Stamp int64
	// Oldest and Newest are the times of the oldest and the newest message.
	Oldest, Newest int64
}

// Write writes a segment of up to SegmentBlocks blocks. It writes from the beginning
// to the end.
func Write(w io.Writer, h Head, blocks Blocks) error {
	if len(blocks) == 0 || len(blocks) > SegmentBlocks || len(h.History) > 16 {
		return fmt.Errorf("write a segment of %d blocks", len(blocks))
	}
	log, width := commonLog(blocks), (len(blocks)+7)/8
	b := make([]byte, headBytes, headBytes+len(blocks)*entrySize+8)
	copy(b, magic)
	copy(b[8:24], h.History)
	binary.LittleEndian.PutUint64(b[24:], uint64(h.After))
	binary.LittleEndian.PutUint64(b[32:], uint64(h.Stamp))
	binary.LittleEndian.PutUint32(b[40:], uint32(len(blocks)))
	binary.LittleEndian.PutUint32(b[44:], uint32(log))
	binary.LittleEndian.PutUint64(b[48:], uint64(h.Oldest))
	binary.LittleEndian.PutUint64(b[56:], uint64(h.Newest))
	for i := range blocks {
		b = binary.LittleEndian.AppendUint64(b, uint64(blocks[i].Through))
		b = binary.LittleEndian.AppendUint32(b, uint32(min(blocks[i].bytes, math.MaxUint32)))
	}
	sum := xxhash.Sum64(b)
	b = binary.LittleEndian.AppendUint64(b, sum)
	if _, err := w.Write(b); err != nil {
		return err
	}
	size := width + checksumBytes
	chunk := make([]byte, min(chunkSlices, 1<<log)*size)
	for from := 0; from < 1<<log; from += chunkSlices {
		clear(chunk)
		for i := range blocks {
			blocks[i].addTo(chunk, size, i, from, log)
		}
		for i := range len(chunk) / size {
			s := chunk[i*size : (i+1)*size]
			binary.LittleEndian.PutUint32(s[width:], checksum(s[:width], sum, from+i))
		}
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
	return nil
}

// commonLog returns the logarithm of the number of bits of each block in a segment.
func commonLog(blocks Blocks) int {
	grams, size := 0.0, 0
	for i := range blocks {
		grams += blocks[i].grams
		size += blocks[i].bytes
	}
	log := logFor(grams / float64(len(blocks)))
	width := (len(blocks)+7)/8 + checksumBytes
	for log > minLog && float64(width<<log) > maxShare*float64(size) {
		log--
	}
	return log
}

// addTo sets the bits of a block, the column with that index, in a chunk of slices
// that begins with the slice from.
func (b *Block) addTo(chunk []byte, size, column, from, log int) {
	mask, column := byte(1)<<(column&7), column>>3
	set := func(at int) { chunk[(at-from)*size+column] |= mask }
	// The block has more bits than the segment, or fewer.
	more, fewer := max(0, b.log-log), max(0, log-b.log)
	first, end := from<<more>>fewer, min(from+chunkSlices, 1<<log)<<more>>fewer
	for i := first >> 6; i<<6 < end; i++ {
		for w := b.words[i]; w != 0; w &= w - 1 {
			at := i<<6 | bits.TrailingZeros64(w)
			if at < first || at >= end {
				continue
			}
			for k := range 1 << fewer {
				set(at<<fewer>>more | k)
			}
		}
	}
}

func checksum(slice []byte, sum uint64, index int) uint32 {
	h := (xxhash.Sum64(slice) ^ sum ^ uint64(index)) * 0x9E3779B97F4A7C15
	return uint32(h >> 32)
}

// A Segment reads the slices of a segment.
type Segment struct {
	Head
	Throughs []int64 // the last number of each block

	bytes []int // of the texts of each block
	from  io.ReaderAt
	log   int
	sum   uint64
	start int64 // of the slices
}

// Open reads the head of a segment. The error wraps ErrDamaged if it cannot be
// used.
func Open(from io.ReaderAt) (*Segment, error) {
	b := make([]byte, headBytes+SegmentBlocks*entrySize+8)
	n, err := from.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	b = b[:n]
	if len(b) < headBytes || string(b[:8]) != magic {
		return nil, fmt.Errorf("%w: it does not begin like one", ErrDamaged)
	}
	s := &Segment{from: from}
	s.History = string(bytes.TrimRight(b[8:24], "\x00"))
	s.After = int64(binary.LittleEndian.Uint64(b[24:]))
	s.Stamp = int64(binary.LittleEndian.Uint64(b[32:]))
	s.Oldest, s.Newest = int64(binary.LittleEndian.Uint64(b[48:])), int64(binary.LittleEndian.Uint64(b[56:]))
	blocks, log := binary.LittleEndian.Uint32(b[40:]), binary.LittleEndian.Uint32(b[44:])
	if blocks == 0 || blocks > SegmentBlocks || log < minLog || log > maxLog {
		return nil, fmt.Errorf("%w: it has %d blocks", ErrDamaged, blocks)
	}
	end := headBytes + int(blocks)*entrySize
	if len(b) < end+8 {
		return nil, fmt.Errorf("%w: it is too short", ErrDamaged)
	}
	s.sum, s.log, s.start = binary.LittleEndian.Uint64(b[end:]), int(log), int64(end+8)
	if xxhash.Sum64(b[:end]) != s.sum {
		return nil, fmt.Errorf("%w: the checksum of its head differs", ErrDamaged)
	}
	for i := headBytes; i < end; i += entrySize {
		s.Throughs = append(s.Throughs, int64(binary.LittleEndian.Uint64(b[i:])))
		s.bytes = append(s.bytes, int(binary.LittleEndian.Uint32(b[i+8:])))
	}
	return s, nil
}

// End returns the offset behind the segment.
func (s *Segment) End() int64 {
	return s.start + int64((len(s.Throughs)+7)/8+checksumBytes)<<s.log
}

// Through returns the number of the last message.
func (s *Segment) Through() int64 { return s.Throughs[len(s.Throughs)-1] }

func (s *Segment) slice(set *Set, hash uint16) error {
	width := (len(s.Throughs) + 7) / 8
	var b [SegmentBlocks/8 + checksumBytes]byte
	record := b[:width+checksumBytes]
	index := int(hash) >> (maxLog - s.log)
	if _, err := s.from.ReadAt(record, s.start+int64(index*len(record))); err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: it is too short", ErrDamaged)
		}
		return err
	}
	if binary.LittleEndian.Uint32(record[width:]) != checksum(record[:width], s.sum, index) {
		return fmt.Errorf("%w: the checksum of slice %d differs", ErrDamaged, index)
	}
	clear(record[width:])
	var padded [len(Set{}) * 8]byte
	copy(padded[:], record[:width])
	for i := range set {
		set[i] = binary.LittleEndian.Uint64(padded[i*8:])
	}
	return nil
}

// Blocks reads all blocks of the segment.
func (s *Segment) Blocks() (Blocks, error) {
	blocks := make(Blocks, len(s.Throughs))
	for i := range blocks {
		blocks[i] = Block{Through: s.Throughs[i], bytes: s.bytes[i], log: s.log, words: make([]uint64, 1<<s.log/64)}
	}
	var set Set
	for at := range 1 << s.log {
		if err := s.slice(&set, uint16(at<<(maxLog-s.log))); err != nil {
			return nil, err
		}
		for i := range blocks {
			if set.Has(i) {
				blocks[i].words[at>>6] |= 1 << (at & 63)
			}
		}
	}
	for i := range blocks {
		blocks[i].grams = gramsOf(blocks[i].words)
	}
	return blocks, nil
}
