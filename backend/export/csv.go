package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"signalbox/backend/field"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// Columns are the names of the columns that every message has. A path such as
// $.order.total is a column too.
var Columns = []string{"position", "received", "source", "kind", "event", "id", "own_id", "data", "size", "retry", "connection", "missing", "reason"}

// DefaultColumns are the columns of an export that names none.
var DefaultColumns = []string{"position", "received", "source", "kind", "event", "id", "data", "missing", "reason"}

// maxColumns is how many columns a CSV may have.
const maxColumns = 100

type csvEncoder struct {
	opt    Options
	paths  []field.Path
	at     []int // for each column its index in paths, or -1
	finder *field.Finder
	out    bytes.Buffer
	csv    *csv.Writer
	cells  []string
}

func newCSV(opt Options) (*csvEncoder, error) {
	if len(opt.Columns) == 0 {
		opt.Columns = DefaultColumns
	}
	if len(opt.Columns) > maxColumns {
		return nil, live.Errorf("bad_columns/many", "There are {n} columns; {max} is the limit.", "n", len(opt.Columns), "max", maxColumns).WithField("columns")
	}
	c := &csvEncoder{opt: opt, at: make([]int, len(opt.Columns)), cells: make([]string, len(opt.Columns))}
	for i, name := range opt.Columns {
		c.at[i] = -1
		if slices.Contains(Columns, name) {
			continue
		}
		path, ok := field.Parse(name)
		if !ok {
			return nil, live.Errorf("bad_columns/name", `"{column}" is not a column.`, "column", name, "columns", Columns).WithField("columns").
				WithHint("The columns are {columns}, and paths into the data such as $.order.total.")
		}
		c.at[i] = len(c.paths)
		c.paths = append(c.paths, path)
	}
	c.finder = field.NewFinder(c.paths)
	c.csv = csv.NewWriter(&c.out)
	return c, nil
}

func (c *csvEncoder) Begin(b []byte) []byte {
	if c.opt.BOM {
		b = append(b, "\uFEFF"...)
	}
	for i, name := range c.opt.Columns {
		c.cells[i] = c.safe(name)
	}
	return c.row(b)
}

func (c *csvEncoder) End(b []byte, _ Summary) []byte { return b }

func (c *csvEncoder) Message(b []byte, source string, m *live.Message) []byte {
	var found []string
	var r remark
	switch {
	case m.Kind != live.Event:
		r = remarkOf(m)
	case len(c.paths) > 0:
		found = c.finder.Find(m.Data)
	}
	for i, name := range c.opt.Columns {
		text := ""
		switch at := c.at[i]; {
		case at < 0:
			text = c.value(name, source, m, &r)
		case found != nil:
			text = cellOf(found[at], m.Data, c.paths[at])
		}
		c.cells[i] = c.safe(text)
	}
	return c.row(b)
}

// row appends the cells.
func (c *csvEncoder) row(b []byte) []byte {
	c.csv.Write(c.cells) // to memory, which does not fail
	c.csv.Flush()
	b = append(b, c.out.Bytes()...)
	c.out.Reset()
	return b
}

// value returns the text of a column that is no path.
func (c *csvEncoder) value(name, source string, m *live.Message, r *remark) string {
	switch name {
	case "position":
		return live.Position{Epoch: c.opt.Epoch, Number: m.Number}.String()
	case "received":
		return m.Received.UTC().Format(time.RFC3339Nano)
	case "source":
		return source
	case "kind":
		return m.Kind.String()
	case "connection":
		if m.Connection != 0 {
			return strconv.FormatInt(m.Connection, 10)
		}
	case "missing":
		if r.Missing != nil {
			return strconv.FormatInt(*r.Missing, 10)
		}
		if m.Kind == live.GapKind {
			return "unknown"
		}
	case "reason":
		return r.Reason
	}
	if m.Kind != live.Event {
		return ""
	}
	switch name {
	case "event":
		return m.Type
	case "id":
		if id := wire.ChosenID(c.opt.Epoch, m); id != "" {
			return id
		}
		return live.Position{Epoch: c.opt.Epoch, Number: m.Number}.String()
	case "own_id":
		return m.ID
	case "data":
		return m.Data
	case "size":
		return strconv.Itoa(len(m.Data))
	case "retry":
		if m.Retry != nil {
			return strconv.FormatInt(*m.Retry, 10)
		}
	}
	return ""
}

// cellOf returns the text of a value that was found: a text without its quotation
// marks, an object or a list as it stands in the data.
func cellOf(found, data string, path field.Path) string {
	switch found {
	case "", "null":
		return ""
	case "{", "[":
		return string(whole(json.RawMessage(data), path))
	}
	if found[0] == '"' {
		var text string
		if json.Unmarshal([]byte(found), &text) == nil {
			return text
		}
	}
	return found
}

// whole returns the JSON of the value at a path.
func whole(raw json.RawMessage, path field.Path) json.RawMessage {
	for _, step := range path {
		if step.Index >= 0 {
			var list []json.RawMessage
			if json.Unmarshal(raw, &list) != nil || step.Index >= len(list) {
				return nil
			}
			raw = list[step.Index]
			continue
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			return nil
		}
		raw = object[step.Name]
	}
	return bytes.TrimSpace(raw)
}

// safe returns the text of a cell that a spreadsheet does not calculate.
func (c *csvEncoder) safe(s string) string {
	if c.opt.Raw || !startsFormula(s) {
		return s
	}
	return "'" + s
}

// startsFormula reports whether a spreadsheet may take a cell for a formula. Some
// ignore spaces before it, and some know the wide forms of the characters.
func startsFormula(s string) bool {
	if s == "" {
		return false
	}
	if c := s[0]; c != '\t' && c != '\r' && c != '\n' && c != ' ' && (c > '@' && c < 0x80 || c >= '0' && c <= '9') {
		return false // nearly all cells
	}
	rest := strings.TrimLeft(s, " \t\r\n\u00a0\u3000")
	if rest == "" {
		return false
	}
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(rest, sign) {
			return !isNumber(s)
		}
	}
	// A tab or a line break at the beginning is removed by some, with what follows.
	return strings.ContainsAny(s[:1], "\t\r\n")
}

// isNumber reports whether s is a decimal number: neither Inf nor hexadecimal.
func isNumber(s string) bool {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
