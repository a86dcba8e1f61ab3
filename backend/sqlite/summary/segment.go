package summary

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"

	"signalbox/backend/live"
)

// maxHead is the greatest size of a head, against one that is damaged.
const maxHead = 64 << 20

// ErrDamaged is the error of summaries that are not as they were written.
var ErrDamaged = errors.New("the summaries are damaged")

// Append appends the summaries of a segment: the size of a head, the head with the
// cells and all of the blocks but their lists, a checksum of these, and the lists.
func Append(to []byte, bs Blocks) []byte {
	var head []byte
	head = binary.AppendUvarint(head, uint64(len(bs.cells)))
	for _, c := range bs.cells {
		head = binary.AppendVarint(head, c.Source)
		head = binary.AppendUvarint(head, uint64(c.Kind))
		head = binary.AppendUvarint(head, uint64(len(c.Type)))
		head = append(head, c.Type...)
	}
	head = binary.AppendUvarint(head, uint64(len(bs.blocks)))
	for i := range bs.blocks {
		head = bs.blocks[i].append(head)
	}
	start := len(to)
	to = binary.LittleEndian.AppendUint32(to, uint32(len(head)))
	to = append(to, head...)
	to = binary.LittleEndian.AppendUint64(to, xxhash.Sum64(to[start:]))
	for i := range bs.blocks {
		to = append(to, bs.blocks[i].list...)
	}
	return to
}

func (b *Block) append(head []byte) []byte {
	head = binary.AppendVarint(head, b.oldest)
	head = binary.AppendVarint(head, b.newest)
	counts := uint64(len(b.counts)) << 1
	if b.unknown {
		counts++
	}
	head = binary.AppendUvarint(head, counts)
	head = append(head, b.counts...)
	head = binary.AppendUvarint(head, uint64(len(b.list)))
	return binary.LittleEndian.AppendUint64(head, xxhash.Sum64(b.list))
}

// A Segment reads the summaries of a segment.
type Segment struct {
	cells  []Cell
	blocks []Block // without their lists
	lists  []list
	from   io.ReaderAt
}

// A list is where the list of messages of a block is.
type list struct {
	start, size int64
	sum         uint64
}

// Open reads the head of summaries that begin at an offset. The error wraps
// ErrDamaged if they cannot be used.
func Open(from io.ReaderAt, offset int64) (*Segment, error) {
	var size [4]byte
	if err := readAt(from, size[:], offset); err != nil {
		return nil, err
	}
	n := int(binary.LittleEndian.Uint32(size[:]))
	if n > maxHead {
		return nil, fmt.Errorf("%w: the head has %d bytes", ErrDamaged, n)
	}
	b := make([]byte, len(size)+n+8)
	if err := readAt(from, b, offset); err != nil {
		return nil, err
	}
	end := len(size) + n
	if binary.LittleEndian.Uint64(b[end:]) != xxhash.Sum64(b[:end]) {
		return nil, fmt.Errorf("%w: the checksum of the head differs", ErrDamaged)
	}
	s := &Segment{from: from}
	p := parser{b: b[len(size):end]}
	s.cells = make([]Cell, p.length())
	for i := range s.cells {
		s.cells[i] = Cell{Source: p.varint(), Kind: live.Kind(p.uvarint()), Type: p.text()}
	}
	s.blocks = make([]Block, p.length())
	s.lists = make([]list, len(s.blocks))
	start := offset + int64(len(b))
	for i := range s.blocks {
		s.blocks[i], s.lists[i] = p.block()
		s.lists[i].start = start
		start += s.lists[i].size
	}
	if p.bad || p.at < len(p.b) {
		return nil, fmt.Errorf("%w: the head cannot be read", ErrDamaged)
	}
	return s, nil
}

func readAt(from io.ReaderAt, b []byte, offset int64) error {
	_, err := from.ReadAt(b, offset)
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: they are too short", ErrDamaged)
	}
	return err
}

func (s *Segment) list() ([]Cell, []Block) { return s.cells, s.blocks }

// Len returns the number of blocks.
func (s *Segment) Len() int { return len(s.blocks) }

func (s *Segment) messages(block int) ([]byte, error) {
	l := s.lists[block]
	if l.size == 0 {
		return nil, nil
	}
	b := make([]byte, l.size)
	if err := readAt(s.from, b, l.start); err != nil {
		return nil, err
	}
	if xxhash.Sum64(b) != l.sum {
		return nil, fmt.Errorf("%w: the checksum of block %d differs", ErrDamaged, block)
	}
	return b, nil
}

// Blocks reads all summaries.
func (s *Segment) Blocks() (bs Blocks, err error) {
	bs = Blocks{cells: s.cells, blocks: s.blocks}
	for i := range bs.blocks {
		if bs.blocks[i].list, err = s.messages(i); err != nil {
			return Blocks{}, err
		}
	}
	return bs, nil
}

// A parser reads the numbers of a head. bad is set if there are none.
type parser struct {
	b   []byte
	at  int
	bad bool
}

// next returns the next n bytes.
func (p *parser) next(n int) []byte {
	if p.bad || n < 0 || n > len(p.b)-p.at {
		p.bad = true
		return nil
	}
	p.at += n
	return p.b[p.at-n : p.at]
}

func (p *parser) uvarint() uint64 {
	v, n := binary.Uvarint(p.b[p.at:])
	if n <= 0 {
		p.bad = true
		return 0
	}
	p.at += n
	return v
}

func (p *parser) varint() int64 {
	v, n := binary.Varint(p.b[p.at:])
	if n <= 0 {
		p.bad = true
		return 0
	}
	p.at += n
	return v
}

// length returns a number of parts, each of which has a byte at least.
func (p *parser) length() int {
	n := p.uvarint()
	if n > uint64(len(p.b)-p.at) {
		p.bad = true
		return 0
	}
	return int(n)
}

func (p *parser) text() string { return string(p.next(p.length())) }

func (p *parser) block() (b Block, l list) {
	b.oldest, b.newest = p.varint(), p.varint()
	counts := p.uvarint()
	b.unknown, b.counts = counts&1 != 0, p.next(int(min(counts>>1, maxHead)))
	l.size = int64(min(p.uvarint(), maxHead))
	if sum := p.next(8); sum != nil {
		l.sum = binary.LittleEndian.Uint64(sum)
	}
	return b, l
}
