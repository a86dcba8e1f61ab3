package insert

import (
	"database/sql/driver"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// columns are the columns of messages in the order of an INSERT. The rare columns
// come after the data, and are written only if one of them is set.
const (
	columns     = "number, source, received, kind, connection, retry, size, type, id, data"
	columnCount = 10
	rareColumns = ", again, origin, key"
	rareCount   = 3
)

var (
	insertMessages = conn.NewGroupInsert("ABORT INTO messages ("+columns+")", columnCount)
	insertRare     = conn.NewGroupInsert("ABORT INTO messages ("+columns+rareColumns+")", columnCount+rareCount)
)

// maxGroupBytes is the greatest size of the texts of one INSERT. SQLite keeps the
// arguments of a statement until the statement is used again: 64 messages of
// 16 MiB would occupy a GiB of memory.
const maxGroupBytes = 1 << 20

// An Inserter writes messages. Its methods are called within a transaction of
// the Writer.
type Inserter struct {
	w     *conn.Writer
	epoch string
	args  conn.Args
	// reuse has, for each source that has reused an id or a key, how many messages
	// with new ones must follow before its messages are grouped again. A group with
	// a reused id or key must be undone.
	reuse map[int64]int
}

// New returns an Inserter for the history with that epoch.
func New(w *conn.Writer, epoch string) *Inserter {
	return &Inserter{w: w, epoch: epoch, reuse: make(map[int64]int)}
}

// Messages stores messages with the numbers after last, and returns the last
// number used. It sets Number, DuplicateID, Repeated and Origin.
func (in *Inserter) Messages(last int64, ms []live.Message) (int64, error) {
	defer in.args.Clear()
	for len(ms) > 0 {
		size := in.groupSize(ms)
		group := ms[:conn.GroupSizes[size]]
		for i := range group {
			group[i].Number = last + int64(i) + 1
		}
		unique, err := false, error(nil)
		if len(group) > 1 || hasNoNames(&group[0]) {
			unique, err = in.insertUnique(size, group)
		}
		switch {
		case err != nil:
			return last, err
		case unique:
			last += int64(len(group))
		default:
			for i := range group {
				if last, err = in.insertCompared(last, group[i:i+1]); err != nil {
					return last, err
				}
			}
		}
		ms = ms[len(group):]
	}
	return last, nil
}

// groupSize returns the index in conn.GroupSizes of the next group's size.
func (in *Inserter) groupSize(ms []live.Message) int {
	for size, n := range conn.GroupSizes {
		if n <= len(ms) && in.canGroup(ms[:n]) {
			return size
		}
	}
	return len(conn.GroupSizes) - 1
}

// canGroup reports whether messages may share an INSERT.
func (in *Inserter) canGroup(ms []live.Message) bool {
	sum := 0
	for i := range ms {
		if m := &ms[i]; in.mustCompare(m) || (m.ID != "" || m.Key != "") && in.reuse[m.Source] > 0 {
			return false
		}
		sum += ms[i].Size()
	}
	return sum <= maxGroupBytes
}

// mustCompare reports whether a message must be compared with older ones, even if
// its id, origin and key are new.
func (in *Inserter) mustCompare(m *live.Message) bool {
	return m.Origin != "" && (m.OwnStream || in.isOwnPosition(m.Origin))
}

// hasNoNames reports whether a message has no id, origin or key.
func hasNoNames(m *live.Message) bool { return m.Key == "" && m.Origin == "" && m.ID == "" }

const (
	insertIDs = `INSERT OR IGNORE INTO ids (id, source, number)
		SELECT id, source, number FROM messages WHERE number >= ? AND number <= ? AND id IS NOT NULL`
	insertOrigins = `INSERT OR IGNORE INTO origins (origin, source, number)
		SELECT origin, source, number FROM messages WHERE number >= ? AND number <= ? AND origin IS NOT NULL`
	insertKeys = `INSERT OR IGNORE INTO keys (key, source, number)
		SELECT key, source, number FROM messages WHERE number >= ? AND number <= ? AND key IS NOT NULL`
)

// insertUnique inserts a group, and its ids, origins and keys into their tables. If
// one of those exists already, it undoes all of that and returns false. It reads
// the ids from the rows just written, which costs less than binding them again.
func (in *Inserter) insertUnique(size int, group []live.Message) (bool, error) {
	if err := in.insertGroup(size, group); err != nil {
		return false, err
	}
	first, last := group[0].Number, group[len(group)-1].Number
	var ids, origins, keys int64
	for i := range group {
		if group[i].ID != "" {
			ids++
		}
		if group[i].Origin != "" {
			origins++
		}
		if group[i].Key != "" {
			keys++
		}
	}
	for _, insert := range []struct {
		query string
		want  int64
	}{{insertIDs, ids}, {insertOrigins, origins}, {insertKeys, keys}} {
		if insert.want == 0 {
			continue
		}
		result, err := in.w.Exec(insert.query, first, last)
		if err != nil {
			return false, err
		}
		if n, err := result.RowsAffected(); err != nil || n < insert.want {
			return false, in.undo(group, err)
		}
	}
	return true, nil
}

// undo undoes insertUnique, unless err is set already.
func (in *Inserter) undo(group []live.Message, err error) error {
	for i := range group {
		m := &group[i]
		if err == nil && m.ID != "" {
			_, err = in.w.Exec("DELETE FROM ids WHERE id = ? AND source = ? AND number = ?", m.ID, m.Source, m.Number)
		}
		if err == nil && m.Origin != "" {
			_, err = in.w.Exec("DELETE FROM origins WHERE origin = ? AND source = ? AND number = ?", m.Origin, m.Source, m.Number)
		}
		if err == nil && m.Key != "" {
			_, err = in.w.Exec("DELETE FROM keys WHERE key = ? AND source = ? AND number = ?", m.Key, m.Source, m.Number)
		}
	}
	if err == nil {
		_, err = in.w.Exec("DELETE FROM messages WHERE number >= ?", group[0].Number)
	}
	if err == nil {
		_, err = in.w.Exec("UPDATE sqlite_sequence SET seq = ? WHERE name = 'messages'", group[0].Number-1)
	}
	return err
}

// insertGroup inserts a group; size is the index of its length in
// conn.GroupSizes.
func (in *Inserter) insertGroup(size int, group []live.Message) error {
	if s, ok := sharedBy(group); ok {
		_, err := in.w.ExecNamed(s.query(size), s.bind(&in.args, group))
		return err
	}
	queries, count := &insertMessages, columnCount
	for i := range group {
		if m := &group[i]; m.DuplicateID || m.Origin != "" || m.Key != "" {
			queries, count = &insertRare, columnCount+rareCount
			break
		}
	}
	args := in.args.Grow(len(group) * count)
	for i := range group {
		bind(args[i*count:(i+1)*count], &group[i])
	}
	_, err := in.w.ExecNamed(queries[size], args)
	return err
}

// bind sets the arguments of one row, with or without the rare columns.
func bind(args []driver.NamedValue, m *live.Message) {
	args[0].Value = m.Number
	args[1].Value = m.Source
	args[2].Value = conn.Micros(m.Received)
	args[3].Value = int64(m.Kind)
	args[4].Value = m.Connection
	args[5].Value = nil
	if m.Retry != nil {
		args[5].Value = *m.Retry
	}
	args[6].Value = int64(len(m.Data))
	args[7].Value = m.Type
	args[8].Value = nil
	if m.ID != "" {
		args[8].Value = m.ID
	}
	// The driver binds text with its length, so SQLite stores a NUL inside it, and
	// instr also searches the text after the NUL. (LIKE stops there.)
	args[9].Value = m.Data
	if len(args) == columnCount {
		return
	}
	args[10].Value, args[11].Value, args[12].Value = nil, nil, nil
	if m.DuplicateID {
		args[10].Value = int64(1)
	}
	if m.Origin != "" {
		args[11].Value = m.Origin
	}
	if m.Key != "" {
		args[12].Value = m.Key
	}
}
