package sqlite

import (
	"database/sql/driver"
	"strings"

	"signalbox/backend/live"
)

// columns of messages, in the order in which they are written. The last three
// stand behind the data and are written only where one of them is set.
const columns = "number, source, received, kind, connection, retry, size, type, id, data"

const (
	columnCount = 10
	rareColumns = ", again, origin, key"
	rareCount   = 3
)

// groups are how many rows one INSERT takes. Most of the price of a small
// message is the statement around it; a few sizes keep the number of prepared
// statements and of leftover single inserts small.
var groups = [...]int{64, 16, 4, 1}

// insertSQL returns the INSERTs of each group's size.
func insertSQL(into string, count int) (q [len(groups)]string) {
	row := "(" + strings.Repeat("?,", count-1) + "?)"
	for i, n := range groups {
		q[i] = "INSERT OR " + into + " VALUES " + strings.Repeat(row+",", n-1) + row
	}
	return q
}

var (
	insertMessages = insertSQL("ABORT INTO messages ("+columns+")", columnCount)
	insertRare     = insertSQL("ABORT INTO messages ("+columns+rareColumns+")", columnCount+rareCount)
	insertIDs      = insertSQL("IGNORE INTO ids (id, source, number)", 3)
)

// arguments are the arguments of one statement, so that they are not made anew
// each time.
type arguments []driver.NamedValue

// take returns room for n arguments.
func (a *arguments) take(n int) []driver.NamedValue {
	for len(*a) < n {
		*a = append(*a, driver.NamedValue{Ordinal: len(*a) + 1})
	}
	return (*a)[:n]
}

// clear lets go of the texts: they must not stay in memory until the next
// batch overwrites them.
func (a arguments) clear() {
	for i := range a {
		a[i].Value = nil
	}
}

// insert stores messages with the numbers that come after last, and returns
// the last one given. It fills in Number, Again and Repeated.
func (w *writer) insert(epoch string, last int64, ms []live.Message) (int64, error) {
	defer w.args.clear()
	for len(ms) > 0 {
		size := w.groupSize(ms, epoch)
		group := ms[:groups[size]]
		for i := range group {
			group[i].Number = last + int64(i) + 1
		}
		fresh, err := false, error(nil)
		if len(group) > 1 || plain(&group[0]) {
			fresh, err = w.insertFresh(size, group)
		}
		switch {
		case err != nil:
			return last, err
		case fresh:
			last += int64(len(group))
		default:
			for i := range group {
				if last, err = w.insertOne(epoch, last, group[i:i+1]); err != nil {
					return last, err
				}
			}
		}
		ms = ms[len(group):]
	}
	return last, nil
}

// groupSize chooses how many messages go next.
func (w *writer) groupSize(ms []live.Message, epoch string) int {
	for size, n := range groups {
		if n <= len(ms) && w.together(ms[:n], epoch) {
			return size
		}
	}
	return len(groups) - 1
}

// together says whether messages may share an INSERT. SQLite holds what was
// bound to a statement until it is bound anew: 64 messages of 16 MiB would be
// a GiB that is of no use to anybody.
func (w *writer) together(ms []live.Message, epoch string) bool {
	sum := 0
	for i := range ms {
		if m := &ms[i]; !simple(m, epoch) || m.ID != "" && w.repeating[m.Source] > 0 {
			return false
		}
		sum += ms[i].Size()
	}
	return sum <= 1<<20
}

// simple says whether a message needs no look at another one, unless its id or
// origin turns out to be taken.
func simple(m *live.Message, epoch string) bool {
	return m.Key == "" && (m.Origin == "" || !m.Home && !ownOrigin(m.Origin, epoch))
}

// plain says whether a message has nothing that another one may have too.
func plain(m *live.Message) bool { return m.Key == "" && m.Origin == "" && m.ID == "" }

const (
	enterIDs = `INSERT OR IGNORE INTO ids (id, source, number)
		SELECT id, source, number FROM messages WHERE number >= ? AND number <= ? AND id IS NOT NULL`
	enterOrigins = `INSERT OR IGNORE INTO origins (origin, source, number)
		SELECT origin, source, number FROM messages WHERE number >= ? AND number <= ? AND origin IS NOT NULL`
)

// insertFresh writes a group and enters its ids and origins. Where one of them
// is taken, it takes all of that back and reports false. The ids are entered
// from the rows just written: to bind them once more costs more than to read
// them.
func (w *writer) insertFresh(size int, group []live.Message) (bool, error) {
	if err := w.insertGroup(size, group); err != nil {
		return false, err
	}
	first, last := group[0].Number, group[len(group)-1].Number
	var ids, origins int64
	for i := range group {
		if group[i].ID != "" {
			ids++
		}
		if group[i].Origin != "" {
			origins++
		}
	}
	for _, enter := range []struct {
		query string
		want  int64
	}{{enterIDs, ids}, {enterOrigins, origins}} {
		if enter.want == 0 {
			continue
		}
		done, err := w.exec(enter.query, first, last)
		if err != nil {
			return false, err
		}
		if n, err := done.RowsAffected(); err != nil || n < enter.want {
			return false, w.takeBack(group, err)
		}
	}
	return true, nil
}

// takeBack undoes insertFresh, unless there is an error already.
func (w *writer) takeBack(group []live.Message, err error) error {
	for i := range group {
		m := &group[i]
		if err == nil && m.ID != "" {
			_, err = w.exec("DELETE FROM ids WHERE id = ? AND source = ? AND number = ?", m.ID, m.Source, m.Number)
		}
		if err == nil && m.Origin != "" {
			_, err = w.exec("DELETE FROM origins WHERE origin = ? AND source = ? AND number = ?", m.Origin, m.Source, m.Number)
		}
	}
	if err == nil {
		_, err = w.exec("DELETE FROM messages WHERE number >= ?", group[0].Number)
	}
	if err == nil {
		_, err = w.exec("UPDATE sqlite_sequence SET seq = ? WHERE name = 'messages'", group[0].Number-1)
	}
	return err
}

// insertGroup writes the rows of some messages.
func (w *writer) insertGroup(size int, group []live.Message) error {
	queries, count := &insertMessages, columnCount
	for i := range group {
		if m := &group[i]; m.Again || m.Origin != "" || m.Key != "" {
			queries, count = &insertRare, columnCount+rareCount
			break
		}
	}
	args := w.args.take(len(group) * count)
	for i := range group {
		bind(args[i*count:(i+1)*count], &group[i])
	}
	_, err := w.execNamed(queries[size], args)
	return err
}

// bind sets the arguments of one row, with or without the rare columns.
func bind(args []driver.NamedValue, m *live.Message) {
	args[0].Value = m.Number
	args[1].Value = m.Source
	args[2].Value = micro(m.Received)
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
	// As text of a known length: SQLite keeps a NUL inside it, and instr sees
	// what stands behind it. (LIKE would not: it stops at the NUL.)
	args[9].Value = m.Data
	if len(args) == columnCount {
		return
	}
	args[10].Value, args[11].Value, args[12].Value = nil, nil, nil
	if m.Again {
		args[10].Value = int64(1)
	}
	if m.Origin != "" {
		args[11].Value = m.Origin
	}
	if m.Key != "" {
		args[12].Value = m.Key
	}
}
