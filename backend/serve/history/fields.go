package history

import (
	"net/url"
	"unicode/utf8"

	"signalbox/backend/field"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	// MaxFieldRead is how many bytes of the data of each message are read for fields,
	// if the page has previews.
	MaxFieldRead = 64 << 10
	// maxFields is how many fields a page may ask for.
	maxFields = 20
	// maxValue is the greatest length of the JSON of a field, in bytes; a longer one is
	// cut.
	maxValue = 1000
)

// fields are the fields that a page is asked for.
type fields struct {
	paths  []string // as they were asked for
	finder *field.Finder
}

// parseFields reads the fields that a page is asked for; nil if there are none.
// Error: "bad_field".
func parseFields(params url.Values) (*fields, error) {
	names := params["field"]
	if len(names) == 0 {
		return nil, nil
	}
	if len(names) > maxFields {
		return nil, live.Errorf("bad_field/many", "There are {n} fields; {max} is the limit.", "n", len(names), "max", maxFields).WithField("field")
	}
	paths := make([]field.Path, len(names))
	for i, name := range names {
		var ok bool
		if paths[i], ok = field.Parse(name); !ok {
			return nil, live.Errorf("bad_field", `"{field}" is not the path of a field.`, "field", name).WithField("field").
				WithHint("Write it as in $.order.items[0].sku.")
		}
	}
	return &fields{names, field.NewFinder(paths)}, nil
}

// append adds the values to the JSON of a message, and its last brace.
func (f *fields) append(b []byte, values []string) []byte {
	b = append(b, `,"fields":{`...)
	for i, path := range f.paths {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(wire.AppendString(b, path), ':')
		if values[i] == "" {
			b = append(b, "null"...)
		} else {
			b = wire.AppendString(b, cut(values[i], maxValue))
		}
	}
	return append(b, "}}"...)
}

// cut shortens s to at most that many bytes, at the end of a character; 0 shortens
// nothing.
func cut(s string, bytes int) string {
	if bytes == 0 || len(s) <= bytes {
		return s
	}
	for !utf8.RuneStart(s[bytes]) {
		bytes--
	}
	return s[:bytes]
}
