package index

import (
	"bufio"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"signalbox/backend/disk"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/signature"
	"signalbox/backend/sqlite/summary"
)

const (
	// newFile is the name of a segment that is being written.
	newFile = "new"
	// spareSpace is how much of the disk the index leaves to the history.
	spareSpace = 64 << 20
)

func (s span) fileName() string { return fmt.Sprintf("%019d-%019d", s.after, s.through) }

func (ix *Index) path(name string) string { return filepath.Join(ix.dir, name) }

// Remove deletes the index. Call it instead of Run.
func (ix *Index) Remove() error { return os.RemoveAll(ix.dir) }

// load finds the segments that can be used, and deletes all others.
func (ix *Index) load(ctx context.Context) error {
	last := ix.file.Last()
	if ix.file.Writer.Refusal() == nil {
		ix.queue.setOpen(true, last)
	}
	first := last + 1
	var oldest sql.NullInt64
	if err := ix.file.Streams.QueryRowContext(ctx, "SELECT min(number) FROM messages").Scan(&oldest); err == nil && oldest.Valid {
		first = oldest.Int64
	} else if conn.IsCorrupt(err) {
		first = 1
	} else if err != nil {
		return err
	}
	files, err := os.ReadDir(ix.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		ix.log.Warn("read the index for searches", "err", err)
	}
	var found []segment
	var heads []*signature.Segment
	for _, f := range files {
		s, head, err := ix.inspect(f.Name())
		if err != nil {
			ix.log.Debug("a file of the index for searches is not used", "file", f.Name(), "err", err)
			ix.remove(f.Name())
			continue
		}
		found, heads = append(found, s), append(heads, head)
	}
	found, err = ix.ofThisHistory(ctx, found, heads)
	if err != nil {
		return err
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.running, ix.first = true, max(ix.first, first)
	ix.segments, ix.tail = nil, tail{after: ix.first - 1}
	for i, s := range found {
		// Of two that begin alike the longer one comes first.
		if i > 0 && s.after < found[i-1].through {
			ix.remove(s.fileName())
			found[i].through = found[i-1].through
			continue
		}
		ix.segments = append(ix.segments, s)
	}
	ix.tail.after = max(ix.tail.after, last)
	if n := len(ix.segments); n > 0 && ix.segments[n-1].through == last {
		ix.continueLast()
	}
	ix.reached.Store(ix.tail.through())
	return nil
}

// inspect returns the segment in a file.
func (ix *Index) inspect(name string) (s segment, head *signature.Segment, err error) {
	f, err := os.Open(ix.path(name))
	if err != nil {
		return s, nil, err
	}
	defer f.Close()
	head, err = signature.Open(f)
	if err != nil {
		return s, nil, err
	}
	s.span = span{head.After, head.Through()}
	if name != s.fileName() || head.History != ix.file.Epoch {
		return s, nil, errors.New("it belongs to another history")
	}
	info, err := f.Stat()
	if err != nil {
		return s, nil, err
	}
	s.bytes, s.blocks, s.oldest, s.newest = info.Size(), len(head.Throughs), head.Oldest, head.Newest
	return s, head, nil
}

// ofThisHistory returns the segments of messages that this history has, in order. If
// an older copy of the history was put in its place, other messages may have the
// numbers of the newest segments.
func (ix *Index) ofThisHistory(ctx context.Context, found []segment, heads []*signature.Segment) ([]segment, error) {
	stamps := make(map[span]int64)
	for i, s := range found {
		stamps[s.span] = heads[i].Stamp
	}
	slices.SortFunc(found, func(a, b segment) int {
		return cmp.Or(cmp.Compare(a.after, b.after), cmp.Compare(b.through, a.through))
	})
	good := len(found)
	for i := len(found) - 1; i >= 0; i-- {
		if found[i].through > ix.file.Last() {
			good = i
			continue
		}
		var received int64
		err := ix.file.Streams.QueryRowContext(ctx, "SELECT received FROM messages WHERE number = ?", found[i].through).Scan(&received)
		if stamp := stamps[found[i].span]; errors.Is(err, sql.ErrNoRows) || conn.IsCorrupt(err) || stamp == 0 {
			continue // an older segment may tell
		} else if err != nil {
			return nil, err
		} else if received == stamp {
			break
		}
		good = i
	}
	for _, s := range found[good:] {
		ix.remove(s.fileName())
	}
	return found[:good], nil
}

// continueLast makes the last segment the tail if it is not complete. Call it with
// the lock held.
func (ix *Index) continueLast() {
	s := ix.segments[len(ix.segments)-1]
	if s.blocks == signature.SegmentBlocks {
		return
	}
	t, err := ix.tailOf(s)
	if err != nil {
		return // a search finds the damage
	}
	ix.segments = ix.segments[:len(ix.segments)-1]
	ix.tail = t
}

// tailOf reads the blocks of a segment as a tail that continues it.
func (ix *Index) tailOf(s segment) (t tail, err error) {
	f, err := os.Open(ix.path(s.fileName()))
	if err != nil {
		return t, err
	}
	defer f.Close()
	head, err := signature.Open(f)
	if err != nil {
		return t, err
	}
	t = tail{after: s.after, stamp: head.Stamp, saved: s}
	if t.blocks, err = head.Blocks(); err != nil {
		return t, err
	}
	summaries, err := openSummaries(f, head)
	if err == nil {
		t.summaries, err = summaries.Blocks()
	}
	return t, err
}

// openSummaries opens the summaries of a segment.
func openSummaries(f *os.File, head *signature.Segment) (*summary.Segment, error) {
	s, err := summary.Open(f, head.End())
	if err == nil && s.Len() != len(head.Throughs) {
		err = summary.ErrDamaged
	}
	return s, err
}

// write writes blocks to a file.
func (ix *Index) write(t *tail) (s segment, err error) {
	s.span, s.blocks = span{t.after, t.through()}, len(t.blocks)
	s.oldest, s.newest = t.summaries.Times()
	if ix.file.IsFull() {
		return s, conn.DiskFull(nil)
	}
	if free, _, ok := disk.Space(filepath.Dir(ix.dir)); ok && free < spareSpace {
		return s, conn.DiskFull(nil)
	}
	// Not the data folder: if that is gone, the history is gone.
	if err := os.Mkdir(ix.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return s, err
	}
	path := ix.path(newFile)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return s, err
	}
	w := bufio.NewWriterSize(f, 256<<10)
	err = signature.Write(w, signature.Head{History: ix.file.Epoch, After: t.after, Stamp: t.stamp, Oldest: s.oldest, Newest: s.newest}, t.blocks)
	if err == nil {
		_, err = w.Write(summary.Append(nil, t.summaries))
	}
	if err == nil {
		err = w.Flush()
	}
	if info, e := f.Stat(); e == nil {
		s.bytes = info.Size()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(path, ix.path(s.fileName()))
	}
	if err != nil {
		_ = os.Remove(path)
		return s, err
	}
	return s, nil
}

// removeOld deletes the file that has the first blocks of t, which s has too.
func (ix *Index) removeOld(t *tail, s segment) {
	if t.saved.through != 0 && t.saved.span != s.span {
		ix.remove(t.saved.fileName())
	}
}

// insert adds a segment in its place, and takes out those that are in it. Call it
// with the lock held.
func (ix *Index) insert(s segment) {
	// Not in place: a search may read the old slice.
	list := slices.DeleteFunc(slices.Clone(ix.segments), func(g segment) bool { return s.after <= g.after && g.through <= s.through })
	i, _ := slices.BinarySearchFunc(list, s.after, func(g segment, after int64) int { return cmp.Compare(g.after, after) })
	ix.segments = slices.Insert(list, i, s)
}

// deleteTrimmed deletes the segments whose messages were all trimmed.
func (ix *Index) deleteTrimmed() {
	ix.mu.Lock()
	n := 0
	for n < len(ix.segments) && ix.segments[n].through < ix.first {
		n++
	}
	due := ix.segments[:n]
	ix.segments = ix.segments[n:]
	ix.mu.Unlock()
	for _, s := range due {
		ix.remove(s.fileName())
	}
}

// lose forgets a segment that cannot be used. It is built again.
func (ix *Index) lose(s segment, why error) {
	ix.mu.Lock()
	i := slices.Index(ix.segments, s)
	if i >= 0 {
		ix.segments = slices.Delete(slices.Clone(ix.segments), i, i+1)
	}
	ix.mu.Unlock()
	if i >= 0 {
		ix.log.Warn("a part of the index for searches is built again", "err", why)
		ix.remove(s.fileName())
		ix.notify()
	}
}

// remove deletes a file. What cannot be deleted now is deleted at a later start.
func (ix *Index) remove(name string) {
	if ix.file.Writer.Refusal() == nil {
		_ = os.Remove(ix.path(name))
	}
}
