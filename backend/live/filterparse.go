package live

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kinds lists all kinds of messages.
var kinds = []Kind{Event, GapKind, NoteKind}

// ParseFilter parses a filter that a user has typed. Spaces separate its terms,
// and an event must match all of them:
//
//	paid "two words"              these texts occur in the data or the event type
//	-paid -"two words"            these texts do not occur there
//	event:order.*,stock.low       one of these event types
//	id:88405                      this event id
//	is:gap is:event,note -is:gap  kinds of messages
//
// The caller sets the sources of the Filter. A word with an unknown key
// ("source:orders") is an error rather than a text to search for: the search
// would find nothing, and the user would conclude that nothing happened. In
// quotation marks it is a text. An error has the code bad_filter, the field "q",
// and the range of the mistake.
func ParseFilter(s string) (Filter, error) {
	p := filterParser{text: s}
	for p.skip(); p.at < len(s); p.skip() {
		if err := p.term(); err != nil {
			return Filter{}, err
		}
	}
	return p.finish()
}

// A filterParser parses one filter, term by term.
type filterParser struct {
	text         string
	at           int // the offset of the next byte
	f            Filter
	only, hidden []Kind // the kinds after is: and after -is:
	lastIs       [2]int // the beginning and the end of the last is: or -is: term
}

// term parses the term that begins at p.at.
func (p *filterParser) term() error {
	start := p.at
	negative := strings.HasPrefix(p.text[p.at:], "-") && p.at+1 < len(p.text)
	if negative {
		p.at++
	}
	key := keyOf(p.text[p.at:])
	switch key {
	case "", "event:", "id:", "is:":
	default:
		return p.unknownKey(key, negative)
	}
	p.at += len(key)
	value, word := p.at, ""
	if word = p.word(); p.at < 0 {
		p.at = len(p.text)
		return p.mark(value, p.at, Errorf("bad_filter/quote", "A quotation mark in the filter is never closed."))
	}
	parts := splitList(word)
	switch {
	case key != "" && (word == "" || key != "id:" && len(parts) == 0):
		return p.mark(start, p.at, Errorf("bad_filter/value", "{key} needs a value after it.", "key", key))
	case negative && (key == "event:" || key == "id:"):
		return p.mark(start, p.at, Errorf("bad_filter/minus", "-{key} is not supported.", "key", key).
			WithHint("Put the minus before a word, a quoted phrase or is:."))
	case key == "event:":
		p.f.Types = append(p.f.Types, parts...)
	case key == "id:":
		p.f.ID = word
	case key == "is:":
		p.lastIs = [2]int{start, p.at}
		return p.is(parts, value, negative)
	case word == "":
	case negative:
		p.f.Without = append(p.f.Without, word)
	default:
		p.f.Text = append(p.f.Text, word)
	}
	return nil
}

// is adds the kinds after is: or -is:. Their names begin at value and end at
// p.at.
func (p *filterParser) is(names []string, value int, negative bool) error {
	for _, name := range names {
		i := slices.IndexFunc(kinds, func(k Kind) bool { return k.String() == name })
		switch {
		case i < 0:
			return p.mark(value, p.at, Errorf("bad_filter/kind", `"{name}" is not a kind of message.`, "name", name).
				WithHint("Write is:event, is:gap or is:note."))
		case negative:
			p.hidden = append(p.hidden, kinds[i])
		default:
			p.only = append(p.only, kinds[i])
		}
	}
	return nil
}

// finish returns the filter of all terms.
func (p *filterParser) finish() (Filter, error) {
	for _, k := range kinds {
		if (len(p.only) == 0 || slices.Contains(p.only, k)) && !slices.Contains(p.hidden, k) {
			p.f.Kinds = append(p.f.Kinds, k)
		}
	}
	switch len(p.f.Kinds) {
	case 0:
		return Filter{}, p.mark(p.lastIs[0], p.lastIs[1], Errorf("bad_filter/kinds", "The filter leaves out every kind of message.").
			WithHint("The kinds are event, gap and note."))
	case len(kinds):
		p.f.Kinds = nil
	}
	return p.f, nil
}

// skip moves to the next term.
func (p *filterParser) skip() {
	p.at += len(p.text[p.at:]) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
}

// word reads a word or a quoted phrase. It sets p.at to -1 if the closing
// quotation mark is missing.
func (p *filterParser) word() string {
	s := p.text[p.at:]
	if !strings.HasPrefix(s, `"`) {
		n := wordLength(s)
		p.at += n
		return s[:n]
	}
	n := strings.IndexByte(s[1:], '"')
	if n < 0 {
		p.at = -1
		return ""
	}
	p.at += n + 2
	return s[1 : n+1]
}

// unknownKey returns the error about an unknown key at p.at.
func (p *filterParser) unknownKey(key string, negative bool) error {
	word := p.text[p.at : p.at+wordLength(p.text[p.at:])]
	quoted := `"` + word + `"`
	if negative {
		quoted = "-" + quoted
	}
	var e *Error
	path, simple := key[0] == '$', !strings.Contains(word, `"`)
	switch {
	case path && simple:
		e = Errorf("bad_filter/path", "The filter cannot look inside the data for {key}.", "key", key, "quoted", quoted).WithHint(quoteHint)
	case path:
		e = Errorf("bad_filter/quoted_path", "The filter cannot look inside the data for {key}.", "key", key).WithHint(keysHint)
	case simple:
		e = Errorf("bad_filter/key", "{key} is not a key of the filter.", "key", key, "quoted", quoted).WithHint(quoteHint)
	default:
		e = Errorf("bad_filter/quoted_key", "{key} is not a key of the filter.", "key", key).WithHint(keysHint)
	}
	return p.mark(p.at, p.at+len(key), e)
}

const (
	keysHint  = "The keys are event:, id: and is:. To search for a text, put it in quotation marks."
	quoteHint = "The keys are event:, id: and is:. To search for a text, put it in quotation marks: {quoted}."
)

// mark returns e as an error about the bytes from start to end.
func (p *filterParser) mark(start, end int, e *Error) *Error {
	return e.WithField("q").
		WithRange(utf8.RuneCountInString(p.text[:start]), utf8.RuneCountInString(p.text[start:end]))
}

// keyOf returns the key at the beginning of s, or "". A key is a name followed
// by a colon, and includes the colon. A name begins with a letter, _, $ or @ and
// continues with letters, digits and . _ - $ @. A name before "://" is the
// scheme of a URL and not a key. A path into the data, which begins with "$." or
// "$[", is also a key and needs no colon.
func keyOf(s string) string {
	if strings.HasPrefix(s, "$.") || strings.HasPrefix(s, "$[") {
		return s[:wordLength(s)]
	}
	for i, r := range s {
		switch {
		case r == ':' && i > 0 && !strings.HasPrefix(s[i:], "://"):
			return s[:i+1]
		case unicode.IsLetter(r), strings.ContainsRune("_$@", r):
		case i > 0 && (unicode.IsDigit(r) || r == '.' || r == '-'):
		default:
			return ""
		}
	}
	return ""
}

// wordLength returns the number of bytes before the next space.
func wordLength(s string) int {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return i
	}
	return len(s)
}

// splitList splits a list at its commas and drops empty parts.
func splitList(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(part string) bool { return part == "" })
}
