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
	insertOrigins  = insertSQL("IGNORE INTO origins (origin, source, number)", 3)
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
	defer w.entries.clear()
	for len(ms) > 0 {
		size := groupSize(ms, epoch)
		group := ms[:groups[size]]
		for i := range group {
			group[i].Number = last + int64(i) + 1
		}
		fresh, err := w.claim(epoch, group)
		switch {
		case err != nil:
			return last, err
		case fresh:
			if err := w.insertGroup(size, group); err != nil {
				return last, err
			}
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
func groupSize(ms []live.Message, epoch string) int {
	for size, n := range groups {
		if n <= len(ms) && together(ms[:n], epoch) {
			return size
		}
	}
	return len(groups) - 1
}

// together says whether messages may share an INSERT. SQLite holds what was
// bound to a statement until it is bound anew: 64 messages of 16 MiB would be
// a GiB that is of no use to anybody.
func together(ms []live.Message, epoch string) bool {
	sum := 0
	for i := range ms {
		if !simple(&ms[i], epoch) {
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

// claim enters the ids and origins of a group. Where one of them is taken, or
// a message is not simple, it enters none and reports false.
func (w *writer) claim(epoch string, group []live.Message) (bool, error) {
	if len(group) == 1 && !simple(&group[0], epoch) {
		return false, nil
	}
	rows := 0
	args := w.args.take(3 * len(group))
	for i := range group {
		if m := &group[i]; m.ID != "" {
			args[3*rows].Value, args[3*rows+1].Value, args[3*rows+2].Value = m.ID, m.Source, m.Number
			rows++
		}
	}
	fresh, err := w.enter(&insertIDs, args[:3*rows])
	if err != nil {
		return false, err
	}
	if fresh {
		rows = 0
		for i := range group {
			if m := &group[i]; m.Origin != "" {
				args[3*rows].Value, args[3*rows+1].Value, args[3*rows+2].Value = m.Origin, m.Source, m.Number
				rows++
			}
		}
		fresh, err = w.enter(&insertOrigins, args[:3*rows])
	}
	if fresh || err != nil {
		return fresh, err
	}
	for i := range group {
		m := &group[i]
		if m.ID != "" {
			if _, err := w.exec("DELETE FROM ids WHERE id = ? AND source = ? AND number = ?", m.ID, m.Source, m.Number); err != nil {
				return false, err
			}
		}
		if m.Origin != "" {
			if _, err := w.exec("DELETE FROM origins WHERE origin = ? AND source = ? AND number = ?", m.Origin, m.Source, m.Number); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// enter inserts rows of three columns and reports whether all of them were new.
func (w *writer) enter(queries *[len(groups)]string, rows []driver.NamedValue) (bool, error) {
	for size := 0; len(rows) > 0; {
		n := 3 * groups[size]
		if n > len(rows) {
			size++
			continue
		}
		// A copy, because each statement counts its arguments from 1.
		args := w.entries.take(n)
		for i := range args {
			args[i].Value = rows[i].Value
		}
		done, err := w.execNamed(queries[size], args)
		if err != nil {
			return false, err
		}
		if entered, err := done.RowsAffected(); err != nil || entered < int64(groups[size]) {
			return false, err
		}
		rows = rows[n:]
	}
	return true, nil
}

// insertGroup writes messages whose ids and origins are entered.
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
