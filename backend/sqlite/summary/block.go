package summary

import (
	"encoding/binary"
	"math"
	"slices"

	"signalbox/backend/live"
)

const (
	// maxCells is the greatest number of cells of a segment.
	maxCells = 4096
	// maxMessages is the number of messages at which a block ends.
	maxMessages = 4096
	// maxShare is the part of a block's text that the list of its messages may take.
	maxShare = 0.05
)

// A Cell has what messages have in common that are counted together.
type Cell struct {
	Source int64
	Kind   live.Kind
	Type   string // of an event
}

// A Message is what a summary has of one. Received is in microseconds.
type Message struct {
	Number, Received int64
	Cell             Cell
}

// A Block is the summary of the messages of a block. It does not change.
type Block struct {
	oldest, newest int64  // microseconds; oldest is the greater one if there is no message
	unknown        bool   // whether there were too many cells
	counts         []byte // how many messages each cell has; see encodeCounts
	list           []byte // of messages; see encode; empty if it was left out
}

// Blocks are the summaries of a segment in memory. Cells and blocks are only appended
// to.
type Blocks struct {
	cells  []Cell
	blocks []Block
}

// Times returns the times of the oldest and the newest message of all blocks, in
// microseconds.
func (bs *Blocks) Times() (oldest, newest int64) {
	oldest, newest = math.MaxInt64, math.MinInt64
	for i := range bs.blocks {
		oldest, newest = min(oldest, bs.blocks[i].oldest), max(newest, bs.blocks[i].newest)
	}
	return oldest, newest
}

// Join returns the blocks of both.
func (bs Blocks) Join(more Blocks) Blocks {
	var b Builder
	b.Continue(Blocks{cells: slices.Clone(bs.cells), blocks: slices.Clone(bs.blocks)})
	index, known := make([]int, len(more.cells)), make([]bool, len(more.cells))
	for i, c := range more.cells {
		index[i], known[i] = b.indexOf(c)
	}
	for _, block := range more.blocks {
		shares, ok := decodeCounts(nil, block.counts, len(more.cells))
		entries, ok2 := decode(nil, block.list, len(more.cells))
		counts := make([]int64, len(b.of.cells))
		for _, s := range shares {
			if ok = ok && known[s.cell]; ok {
				counts[index[s.cell]] = s.n
			}
		}
		for i := range entries {
			entries[i].cell = index[entries[i].cell]
		}
		block.counts, block.list = encodeCounts(counts), nil
		switch {
		case !ok:
			block.unknown, block.counts = true, nil
		case ok2:
			block.list = encode(entries)
		}
		b.of.blocks = append(b.of.blocks, block)
	}
	return b.of
}

// A Builder makes the summaries of a segment. The zero value is ready to use. One
// goroutine may use it at a time.
type Builder struct {
	of       Blocks
	index    map[Cell]int
	recent   [64]int // indexes of cells; the map takes as long as all else together
	messages []entry
	text     int // bytes
	unknown  bool
}

// An entry is a message whose cell has an index.
type entry struct {
	number, received int64
	cell             int
}

// Continue begins with blocks that exist.
func (b *Builder) Continue(bs Blocks) {
	*b = Builder{of: bs, index: make(map[Cell]int)}
	for i, c := range bs.cells {
		b.index[c] = i
	}
}

// Add adds a message with so many bytes of text to the block. Numbers ascend.
func (b *Builder) Add(m Message, text int) {
	i, ok := b.indexOf(m.Cell)
	b.unknown = b.unknown || !ok
	b.messages, b.text = append(b.messages, entry{m.Number, m.Received, i}), b.text+text
}

// indexOf returns the index of a cell. ok is false if there are too many.
func (b *Builder) indexOf(c Cell) (i int, ok bool) {
	slot := uint64(c.Source)*7 + uint64(len(c.Type))
	if c.Type != "" {
		slot += uint64(c.Type[len(c.Type)-1]) * 3
	}
	recent := &b.recent[slot%uint64(len(b.recent))]
	if *recent < len(b.of.cells) && b.of.cells[*recent] == c {
		return *recent, true
	}
	if i, ok = b.index[c]; !ok && len(b.of.cells) < maxCells {
		if b.index == nil {
			b.index = make(map[Cell]int)
		}
		i, ok = len(b.of.cells), true
		b.of.cells, b.index[c] = append(b.of.cells, c), i
	}
	if ok {
		*recent = i
	}
	return i, ok
}

// Full reports whether the block should end.
func (b *Builder) Full() bool { return len(b.messages) >= maxMessages }

// Empty reports whether the block has no message.
func (b *Builder) Empty() bool { return len(b.messages) == 0 }

// End ends the block, and returns all blocks.
func (b *Builder) End() Blocks {
	block := Block{oldest: math.MaxInt64, newest: math.MinInt64, unknown: b.unknown}
	for _, m := range b.messages {
		block.oldest, block.newest = min(block.oldest, m.received), max(block.newest, m.received)
	}
	if !b.unknown {
		counts := make([]int64, len(b.of.cells))
		for i := range b.messages {
			counts[b.messages[i].cell]++
		}
		block.counts = encodeCounts(counts)
		if list := encode(b.messages); len(list) <= int(maxShare*float64(b.text)) {
			block.list = list
		}
	}
	b.messages, b.text, b.unknown = b.messages[:0], 0, false
	b.of.blocks = append(b.of.blocks, block)
	return b.of
}

// encodeCounts returns, for each cell that has messages, how many indexes it is from
// the one before, and how many messages it has.
func encodeCounts(counts []int64) (list []byte) {
	before := 0
	for cell, n := range counts {
		if n == 0 {
			continue
		}
		list = binary.AppendUvarint(list, uint64(cell-before))
		list = binary.AppendUvarint(list, uint64(n))
		before = cell
	}
	return list
}

// A share is how many messages a cell has.
type share struct {
	cell int
	n    int64
}

// decodeCounts returns the counts of a block. ok is false if they are not those of as
// many cells.
func decodeCounts(shares []share, list []byte, cells int) (_ []share, ok bool) {
	shares = shares[:0]
	cell := uint64(0)
	for len(list) > 0 {
		step, size := binary.Uvarint(list)
		if size <= 0 || step >= uint64(cells) {
			return shares, false
		}
		cell, list = cell+step, list[size:]
		n, size := binary.Uvarint(list)
		if size <= 0 || cell >= uint64(cells) {
			return shares, false
		}
		list = list[size:]
		shares = append(shares, share{int(cell), int64(n)})
	}
	return shares, true
}

// encode returns the messages as a list of numbers: how many there are, twice, and one
// more if the numbers do not follow each other; the first number; and of each message
// the difference in time from the one before, the cell, and the difference in number
// if those do not follow each other.
func encode(messages []entry) []byte {
	n := len(messages)
	if n == 0 {
		return nil
	}
	first := messages[0].number
	sparse := messages[n-1].number-first >= int64(n)
	list := make([]byte, 0, 5*n+20)
	head := uint64(n) << 1
	if sparse {
		head++
	}
	list = binary.AppendUvarint(list, head)
	list = binary.AppendVarint(list, first)
	number, received := first, int64(0)
	for _, m := range messages {
		list = binary.AppendVarint(list, m.received-received)
		list = binary.AppendUvarint(list, uint64(m.cell))
		if sparse {
			list = binary.AppendUvarint(list, uint64(m.number-number))
		}
		number, received = m.number, m.received
	}
	return slices.Clip(list)
}

// decode returns the messages of a list. ok is false if it is not one with those
// cells.
func decode(entries []entry, list []byte, cells int) (_ []entry, ok bool) {
	entries = entries[:0]
	head, size := binary.Uvarint(list)
	if size <= 0 || head > 2*maxMessages+1 {
		return entries, false
	}
	list = list[size:]
	number, size := binary.Varint(list)
	if size <= 0 {
		return entries, false
	}
	list = list[size:]
	received, sparse := int64(0), head&1 != 0
	for i := range int(head >> 1) {
		step, size := binary.Varint(list)
		if size <= 0 {
			return entries, false
		}
		list = list[size:]
		received += step
		cell, size := binary.Uvarint(list)
		if size <= 0 || cell >= uint64(cells) {
			return entries, false
		}
		list = list[size:]
		switch {
		case sparse:
			step, size := binary.Uvarint(list)
			if size <= 0 {
				return entries, false
			}
			list = list[size:]
			number += int64(step)
		case i > 0:
			number++
		}
		entries = append(entries, entry{number, received, int(cell)})
	}
	return entries, len(list) == 0
}
