package live

import "strings"

// A Filter says which messages somebody wants. The zero Filter wants all.
// The same Filter is compiled to SQL by the store and tests one message in
// Match; both ignore the case of A to Z only, so that they agree.
type Filter struct {
	Sources []int64  // of these sources; empty means all
	Types   []string // of these event types, "order.*" for all that begin so; empty means all
	ID      string   // with this event id; empty means any
	Text    []string // each somewhere in the data or the event type
	Without []string // none of these there
	// EventsOnly leaves out gaps and notes. They pass every other test but
	// that of Sources when it is false and nothing but Sources is asked for.
	EventsOnly bool
}

// IsZero reports whether f wants every message of its sources.
func (f *Filter) IsZero() bool {
	return len(f.Types) == 0 && f.ID == "" && len(f.Text) == 0 && len(f.Without) == 0 && !f.EventsOnly
}

// Match reports whether f wants m.
func (f *Filter) Match(m *Message) bool {
	if len(f.Sources) > 0 && !containsID(f.Sources, m.Source) {
		return false
	}
	if f.IsZero() {
		return true
	}
	if m.Kind != Event {
		return false
	}
	if f.ID != "" && m.ID != f.ID {
		return false
	}
	if len(f.Types) > 0 && !matchAny(f.Types, m.Type) {
		return false
	}
	for _, t := range f.Text {
		if !containsFold(m.Data, t) && !containsFold(m.Type, t) {
			return false
		}
	}
	for _, t := range f.Without {
		if containsFold(m.Data, t) || containsFold(m.Type, t) {
			return false
		}
	}
	return true
}

func containsID(ids []int64, id int64) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

func matchAny(patterns []string, s string) bool {
	for _, p := range patterns {
		if prefix, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(s, prefix) || p == s {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func containsFold(s, sub string) bool {
	if sub == "" {
		return true
	}
	first := lower(sub[0])
	for i := 0; i+len(sub) <= len(s); i++ {
		if lower(s[i]) == first && equalFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

func equalFold(a, b string) bool {
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// ParseFilter reads what a person types: words and "quoted phrases" that
// must occur, -word that must not, event:order.*,stock.low for types, and
// id:88405. Sources are left to the caller.
func ParseFilter(s string) (Filter, error) {
	var f Filter
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeft(s, " \t\n") {
		negative := len(s) > 1 && s[0] == '-'
		if negative {
			s = s[1:]
		}
		key := ""
		if k, rest, ok := strings.Cut(s, ":"); ok && (k == "event" || k == "id") {
			key, s = k, rest
		}
		word, rest, err := filterWord(s)
		if err != nil {
			return Filter{}, err
		}
		s = rest
		switch {
		case word == "":
			if key != "" {
				return Filter{}, Errorf("bad_filter", "Nothing stands after %s: in the filter.", key).WithField("q")
			}
		case key == "event" && negative, key == "id" && negative:
			return Filter{}, Errorf("bad_filter", "-%s: is not supported.", key).WithField("q").
				WithHint("A minus goes before a word or a quoted phrase.")
		case key == "event":
			for t := range strings.SplitSeq(word, ",") {
				if t != "" {
					f.Types = append(f.Types, t)
				}
			}
		case key == "id":
			f.ID = word
		case negative:
			f.Without = append(f.Without, word)
		default:
			f.Text = append(f.Text, word)
		}
	}
	return f, nil
}

func filterWord(s string) (word, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexAny(s, " \t\n"); i >= 0 {
			return s[:i], s[i:], nil
		}
		return s, "", nil
	}
	end := strings.IndexByte(s[1:], '"')
	if end < 0 {
		return "", "", Errorf("bad_filter", "A quotation mark in the filter is never closed.").WithField("q")
	}
	return s[1 : end+1], s[end+2:], nil
}
