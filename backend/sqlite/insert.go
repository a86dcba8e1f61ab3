package sqlite

import (
	"database/sql/driver"
	"strings"

	"signalbox/backend/live"
)

// columns of messages, in the order in which they are written and read.
const columns = "number, source, received, kind, connection, retry, size, type, id, data"

const columnCount = 10

// portions are how many messages one INSERT takes. Most of the price of a
// small message is the statement around it; three sizes keep the number of
// prepared statements and of leftover single inserts small.
var portions = [...]int{64, 8, 1}

var inserts = func() (q [len(portions)]string) {
	row := "(" + strings.Repeat("?,", columnCount-1) + "?)"
	for i, n := range portions {
		q[i] = "INSERT INTO messages (" + columns + ") VALUES " + strings.Repeat(row+",", n-1) + row
	}
	return q
}()

// An insert holds the arguments of one INSERT, so that they are not made anew each time.
type insert struct{ args []driver.NamedValue }

func (w *writer) insert(ms []live.Message) error {
	if w.many.args == nil {
		w.many.args = make([]driver.NamedValue, portions[0]*columnCount)
		for i := range w.many.args {
			w.many.args[i].Ordinal = i + 1
		}
	}
	// The texts must not stay in memory until the next batch overwrites them.
	defer func() {
		for i := range w.many.args {
			w.many.args[i].Value = nil
		}
	}()
	for len(ms) > 0 {
		size := portion(ms)
		n := portions[size]
		args := w.many.args[:n*columnCount]
		for i := range n {
			bind(args[i*columnCount:], &ms[i])
		}
		if err := w.execNamed(inserts[size], args); err != nil {
			return err
		}
		ms = ms[n:]
	}
	return nil
}

// portion chooses how many messages go next.
func portion(ms []live.Message) int {
	for size, n := range portions {
		if n <= len(ms) && light(ms[:n]) {
			return size
		}
	}
	return len(portions) - 1
}

// light says whether messages may share an INSERT. SQLite holds what was bound
// to a statement until it is bound anew: 64 messages of 16 MiB would be a GiB
// that is of no use to anybody.
func light(ms []live.Message) bool {
	sum := 0
	for i := range ms {
		sum += len(ms[i].Data)
	}
	return sum <= 1<<20
}

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
}
