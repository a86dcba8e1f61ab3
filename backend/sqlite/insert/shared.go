package insert

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// A shared lists the values that all messages of a group have in common, besides
// their source, connection and kind. Common values are bound once for all rows:
// binding costs as much as writing a short row.
type shared struct {
	received bool
	typ      bool
	noIDs    bool // no message has an id
}

// sharedBy returns the common values of a group. ok is false if the messages
// differ in their source, connection or kind, or one has a rare column.
func sharedBy(group []live.Message) (s shared, ok bool) {
	first := &group[0]
	s = shared{received: true, typ: true, noIDs: true}
	for i := range group {
		m := &group[i]
		if m.Source != first.Source || m.Connection != first.Connection || m.Kind != first.Kind ||
			m.Retry != nil || m.DuplicateID || m.Origin != "" || m.Key != "" {
			return s, false
		}
		s.received = s.received && m.Received.Equal(first.Received)
		s.typ = s.typ && m.Type == first.Type
		s.noIDs = s.noIDs && m.ID == ""
	}
	return s, true
}

// The parameters that all rows share.
const (
	numberParam = iota + 1 // the number of the first row
	sourceParam
	receivedParam
	kindParam
	connectionParam
	typeParam
	sharedParams = iota
)

// sharedQueries are the INSERTs for each shared, by its index, and each size.
var sharedQueries = func() (all [8][len(conn.GroupSizes)]string) {
	for i := range all {
		s := shared{i&1 > 0, i&2 > 0, i&4 > 0}
		for size, n := range conn.GroupSizes {
			all[s.index()][size] = s.buildQuery(n)
		}
	}
	return all
}()

func (s shared) index() (i int) {
	for bit, set := range []bool{s.received, s.typ, s.noIDs} {
		if set {
			i |= 1 << bit
		}
	}
	return i
}

func (s shared) query(size int) string { return sharedQueries[s.index()][size] }

// buildQuery returns the INSERT of n rows.
func (s shared) buildQuery(n int) string {
	var q strings.Builder
	q.WriteString("INSERT INTO messages (" + columns + ") VALUES ")
	param := sharedParams
	own := func() string { param++; return fmt.Sprintf("?%d", param) }
	for i := range n {
		received, typ, id := fmt.Sprintf("?%d", receivedParam), fmt.Sprintf("?%d", typeParam), "NULL"
		if !s.received {
			received = own()
		}
		if !s.typ {
			typ = own()
		}
		if !s.noIDs {
			id = own()
		}
		if i > 0 {
			q.WriteByte(',')
		}
		data := own()
		fmt.Fprintf(&q, "(?%d+%d,?%d,%s,?%d,?%d,NULL,octet_length(%s),%s,%s,%s)",
			numberParam, i, sourceParam, received, kindParam, connectionParam, data, typ, id, data)
	}
	return q.String()
}

// bind returns the arguments of the query for a group.
func (s shared) bind(args *conn.Args, group []live.Message) []driver.NamedValue {
	perRow := 1
	for _, set := range []bool{s.received, s.typ, s.noIDs} {
		if !set {
			perRow++
		}
	}
	a := args.Grow(sharedParams + len(group)*perRow)
	first := &group[0]
	a[numberParam-1].Value, a[sourceParam-1].Value, a[receivedParam-1].Value = first.Number, first.Source, conn.Micros(first.Received)
	a[kindParam-1].Value, a[connectionParam-1].Value, a[typeParam-1].Value = int64(first.Kind), first.Connection, first.Type
	row := a[sharedParams:]
	own := func(v driver.Value) { row[0].Value, row = v, row[1:] }
	for i := range group {
		m := &group[i]
		if !s.received {
			own(conn.Micros(m.Received))
		}
		if !s.typ {
			own(m.Type)
		}
		switch {
		case s.noIDs:
		case m.ID == "":
			own(nil)
		default:
			own(m.ID)
		}
		own(m.Data)
	}
	return a
}
