package summary

// A Tally counts messages by their cells and in stretches of time. Times are in
// microseconds.
type Tally struct {
	// Origin is where the first stretch begins, and Width the length of each. Only
	// messages with From <= received < To are counted.
	Origin, Width, From, To int64
	// Wanted reports whether a cell is counted.
	Wanted func(Cell) bool
	// First returns the number of the oldest message of a source that is kept.
	First func(source int64) (int64, error)
	// Add adds n messages of a cell and a stretch, often the same ones again.
	Add func(c Cell, stretch int, n int64)
}

// A Span is the messages with After < number <= Through.
type Span struct{ After, Through int64 }

// A Summaries is the blocks of a segment: Blocks or a Segment.
type Summaries interface {
	list() (cells []Cell, blocks []Block)
	// messages returns the list of messages of a block, if it has one.
	messages(block int) ([]byte, error)
}

func (bs *Blocks) list() ([]Cell, []Block)            { return bs.cells, bs.blocks }
func (bs *Blocks) messages(block int) ([]byte, error) { return bs.blocks[block].list, nil }

// A Counting adds blocks of one segment to a Tally.
type Counting struct {
	*Tally
	of      Summaries
	cells   []Cell
	blocks  []Block
	wanted  []bool
	first   []int64 // of the source of each cell
	stretch int     // of the counts
	counts  []int64 // by cell
	touched []int   // the cells that have a count
	// The greatest of first, of the cells that are counted.
	maxFirst int64
	shares   []share // of the block
	entries  []entry // of the block
}

// Begin begins to count blocks of a segment. End it with Flush.
func (t *Tally) Begin(of Summaries) (*Counting, error) {
	c := &Counting{Tally: t, of: of}
	c.cells, c.blocks = of.list()
	c.wanted, c.first, c.counts = make([]bool, len(c.cells)), make([]int64, len(c.cells)), make([]int64, len(c.cells))
	for i, cell := range c.cells {
		if c.wanted[i] = t.Wanted(cell); !c.wanted[i] {
			continue
		}
		var err error
		if c.first[i], err = t.First(cell.Source); err != nil {
			return nil, err
		}
		c.maxFirst = max(c.maxFirst, c.first[i])
	}
	return c, nil
}

// Count counts the messages of a block, all of which are in the span all, that are
// in the span part too. It reports false if they must be read.
func (c *Counting) Count(block int, all, part Span) (ok bool, err error) {
	b := &c.blocks[block]
	switch {
	case b.newest < c.From || b.oldest >= c.To:
		return true, nil
	case b.unknown:
		return false, nil
	}
	if c.shares, ok = decodeCounts(c.shares, b.counts, len(c.cells)); !ok {
		return false, ErrDamaged
	}
	if c.isWhole(b, all, part) {
		stretch := c.stretchOf(b.oldest)
		for _, s := range c.shares {
			if c.wanted[s.cell] && c.first[s.cell] <= all.Through {
				c.add(s.cell, stretch, s.n)
			}
		}
		return true, nil
	}
	list, err := c.of.messages(block)
	if len(list) == 0 || err != nil {
		return false, err
	}
	if c.entries, ok = decode(c.entries, list, len(c.cells)); !ok {
		return false, ErrDamaged
	}
	stretch, begin := 0, c.Origin
	for i := range c.entries {
		e := &c.entries[i]
		if !c.wanted[e.cell] || e.number <= part.After || e.number > part.Through || e.number < c.first[e.cell] || e.received < c.From || e.received >= c.To {
			continue
		}
		if e.received < begin || e.received >= begin+c.Width {
			stretch = c.stretchOf(e.received)
			begin = c.Origin + int64(stretch)*c.Width
		}
		c.add(e.cell, stretch, 1)
	}
	return true, nil
}

// isWhole reports whether all messages of a block count in one stretch, or all of a
// source do not exist.
func (c *Counting) isWhole(b *Block, all, part Span) bool {
	if part.After > all.After || part.Through < all.Through || b.oldest < c.From || b.newest >= c.To || c.stretchOf(b.oldest) != c.stretchOf(b.newest) {
		return false
	}
	if c.maxFirst <= all.After+1 {
		return true
	}
	for _, s := range c.shares {
		if first := c.first[s.cell]; c.wanted[s.cell] && first > all.After+1 && first <= all.Through {
			return false
		}
	}
	return true
}

func (c *Counting) stretchOf(received int64) int { return int((received - c.Origin) / c.Width) }

func (c *Counting) add(cell, stretch int, n int64) {
	if stretch != c.stretch {
		c.Flush()
		c.stretch = stretch
	}
	if c.counts[cell] == 0 {
		c.touched = append(c.touched, cell)
	}
	c.counts[cell] += n
}

// Flush adds what was counted to the Tally.
func (c *Counting) Flush() {
	for _, cell := range c.touched {
		c.Add(c.cells[cell], c.stretch, c.counts[cell])
		c.counts[cell] = 0
	}
	c.touched = c.touched[:0]
}

// Overlaps reports whether a block may have messages with from <= received < to.
func Overlaps(of Summaries, block int, from, to int64) bool {
	_, blocks := of.list()
	return blocks[block].newest >= from && blocks[block].oldest < to
}
