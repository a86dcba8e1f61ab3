package signature

import "math/bits"

// maxHashes is how many grams of a piece are asked for. More of them hardly narrow
// it any further.
const maxHashes = 48

// A Question is what the text of a message must have, as hashes of its grams. The
// zero Question cannot be narrowed: every block may have a match.
type Question struct {
	hashes   []uint16 // all of them
	all, any []Question
}

// Piece returns the question for messages with a text. It is zero for texts of less
// than three bytes.
func Piece(text string) Question {
	var b Builder
	b.addText(text)
	var q Question
	for i, w := range b.words {
		for ; w != 0; w &= w - 1 {
			q.hashes = append(q.hashes, uint16(i<<6|bits.TrailingZeros64(w)))
		}
	}
	if n := len(q.hashes); n > maxHashes {
		// Spread over all of them: the hashes have no order in the text.
		for i := range maxHashes {
			q.hashes[i] = q.hashes[i*n/maxHashes]
		}
		q.hashes = q.hashes[:maxHashes]
	}
	return q
}

// All returns the question for messages that satisfy each of qs.
func All(qs ...Question) Question {
	var q Question
	for _, part := range qs {
		if !part.IsZero() {
			q.all = append(q.all, part)
		}
	}
	return q
}

// Any returns the question for messages that satisfy one of qs.
func Any(qs ...Question) Question {
	for _, part := range qs {
		if part.IsZero() {
			return Question{}
		}
	}
	return Question{any: qs}
}

// IsZero reports whether every block may have a match.
func (q *Question) IsZero() bool { return len(q.hashes) == 0 && len(q.all) == 0 && len(q.any) == 0 }

// A Set is a set of the blocks of a segment, by their indexes.
type Set [(SegmentBlocks + 63) / 64]uint64

// Has reports whether a block is in the set.
func (s *Set) Has(block int) bool { return s[block>>6]&(1<<(block&63)) != 0 }

// Remove removes a block from the set.
func (s *Set) Remove(block int) { s[block>>6] &^= 1 << (block & 63) }

func (s *Set) empty() bool { return *s == Set{} }

func (s *Set) and(t *Set) {
	for i := range s {
		s[i] &= t[i]
	}
}

func (s *Set) or(t *Set) {
	for i := range s {
		s[i] |= t[i]
	}
}

// Slices are the bit-sliced signatures of some blocks.
type Slices interface {
	// slice sets s to the blocks with the bit of a hash.
	slice(s *Set, hash uint16) error
}

// Ask returns the blocks that may have a match: all blocks of from but those that
// certainly have none.
func Ask(q *Question, blocks Slices, from Set) (Set, error) {
	var with Set
	for _, h := range q.hashes {
		if from.empty() {
			return from, nil
		}
		if err := blocks.slice(&with, h); err != nil {
			return from, err
		}
		from.and(&with)
	}
	for i := range q.all {
		if from.empty() {
			return from, nil
		}
		var err error
		if from, err = Ask(&q.all[i], blocks, from); err != nil {
			return from, err
		}
	}
	if len(q.any) == 0 {
		return from, nil
	}
	var either Set
	for i := range q.any {
		with, err := Ask(&q.any[i], blocks, from)
		if err != nil {
			return from, err
		}
		either.or(&with)
	}
	return either, nil
}

// FirstBlocks returns the set of the first n blocks.
func FirstBlocks(n int) (s Set) {
	for i := range n {
		s[i>>6] |= 1 << (i & 63)
	}
	return s
}

// Blocks are blocks in memory, at most SegmentBlocks.
type Blocks []Block

func (bs Blocks) slice(s *Set, hash uint16) error {
	*s = Set{}
	for i := range bs {
		if bs[i].has(hash) {
			s[i>>6] |= 1 << (i & 63)
		}
	}
	return nil
}
