package row

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// RangeColumns are the columns for ScanRange. There are as few as possible, because
// the driver fetches each by itself. The rare values share one column, which is
// NULL for most messages; the type is NULL if it is "message"; and the size is
// len(data).
const RangeColumns = `number, source, received, connection,
	CASE WHEN kind = 0 AND retry IS NULL AND again IS NULL AND origin IS NULL THEN NULL
		ELSE kind || ' ' || ifnull(retry, '') || ' ' || ifnull(again, '') || ' ' || ifnull(origin, '') END,
	nullif(type, 'message'), id, data`

// ScanRange sets a message from the columns of a row, and returns its size. The
// tables are STRICT: if a column has another type than declared, the file is
// damaged and ok is false.
func ScanRange(m *live.Message, row []driver.Value) (size int, ok bool) {
	var typed [4]bool
	var received int64
	m.Number, typed[0] = row[0].(int64)
	m.Source, typed[1] = row[1].(int64)
	received, typed[2] = row[2].(int64)
	m.Connection, typed[3] = row[3].(int64)
	if typed != [4]bool{true, true, true, true} {
		return 0, false
	}
	m.Received = conn.Time(received)
	if text, isText := row[4].(string); isText && !scanRare(m, text) {
		return 0, false
	}
	var hasType bool
	if m.Type, hasType = row[5].(string); !hasType {
		m.Type = "message"
	}
	m.ID, _ = row[6].(string)
	m.Data, _ = row[7].(string)
	return m.Size(), true
}

// scanRare sets the values that few messages have.
func scanRare(m *live.Message, text string) (ok bool) {
	fields := strings.SplitN(text, " ", 4)
	kind, err := strconv.ParseInt(fields[0], 10, 8)
	if err != nil || kind < 0 || kind > int64(live.NoteKind) || len(fields) != 4 {
		return false
	}
	m.Kind, m.DuplicateID, m.Origin = live.Kind(kind), fields[2] != "", fields[3]
	if fields[1] != "" {
		retry, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return false
		}
		m.Retry = &retry
	}
	return true
}

// PageColumns returns the columns for ScanPage, and their arguments. Type, id and data are cut to
// previews if preview is not 0. The last column is nearly always NULL: it has "!"
// for DuplicateID, followed by the origin.
func PageColumns(preview int) (text string, args []any) {
	text = "number, source, received, kind, connection, retry, size, "
	if preview > 0 {
		// Cut as bytes: substr of a text stops at a NUL. The JSON of gaps and notes is
		// short, and cutting would make it invalid.
		names := max(preview, live.PreviewNames)
		for _, name := range []string{"type", "id"} {
			text += "CASE WHEN octet_length(" + name + ") > ? THEN substr(CAST(" + name + " AS BLOB), 1, ?) ELSE " + name + " END, "
			args = append(args, names, names)
		}
		text += "CASE WHEN kind = 0 AND size > ? THEN substr(CAST(data AS BLOB), 1, ?) ELSE data END"
		args = append(args, preview, preview)
	} else {
		text += "type, id, data"
	}
	return text + ", CASE WHEN again IS NULL THEN origin ELSE '!' || ifnull(origin, '') END", args
}

// ScanPage returns a message from a row with addPageColumns; size is the length of
// the data before it was cut.
func ScanPage(rows *sql.Rows) (m live.Message, size int, err error) {
	var received int64
	var retry sql.NullInt64
	var typ, id, data any
	var rare sql.NullString
	err = rows.Scan(&m.Number, &m.Source, &received, &m.Kind, &m.Connection, &retry, &size, &typ, &id, &data, &rare)
	if err != nil {
		return m, 0, fmt.Errorf("read a message: %w: %w", conn.ErrBadRow, err)
	}
	m.Received = conn.Time(received)
	m.Origin, m.DuplicateID = strings.CutPrefix(rare.String, "!")
	if retry.Valid {
		m.Retry = &retry.Int64
	}
	var cut [2]bool
	m.Type, cut[0] = previewText(typ)
	m.ID, cut[1] = previewText(id)
	m.Cut = cut[0] || cut[1]
	m.Data, _ = previewText(data)
	return m, size, nil
}

// previewText returns a text column, and whether the query has cut it.
func previewText(v any) (text string, cut bool) {
	switch v := v.(type) {
	case string:
		return v, false
	case []byte: // cut at any byte
		return string(trimPartialRune(v)), true
	}
	return "", false
}

// Cut shortens a text to at most that many bytes, at the end of a character.
func Cut(s string, bytes int) string {
	if len(s) <= bytes {
		return s
	}
	return string(trimPartialRune([]byte(s[:bytes])))
}

// trimPartialRune removes an incomplete character at the end of b.
func trimPartialRune(b []byte) []byte {
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
