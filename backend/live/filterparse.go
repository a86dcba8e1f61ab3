package live

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kinds are all kinds, and kindNames the list of their names.
var kinds = []Kind{Event, GapKind, NoteKind}

const (
	filterKeys = "The keys are event:, id: and is:."
	kindNames  = "event, gap or note"
)

// ParseFilter reads a filter as it is typed: words and "quoted phrases" that
// must occur, -word that must not, event:order.*,stock.low for types,
// id:88405, and is:event, is:gap or is:note for kinds, with -is: to leave one
// out. Sources are left to the caller.
//
// A word that reads as a key which does not exist is an error rather than a
// text to search for: somebody who asks for source:orders and finds nothing
// would believe that nothing happened. Quotation marks make a text of it.
func ParseFilter(s string) (Filter, error) {
	p := filterParser{text: s}
	for p.skip(); p.at < len(s); p.skip() {
		if err := p.term(); err != nil {
			return Filter{}, err
		}
	}
	return p.finish()
}

// A filterParser reads one filter, term by term.
type filterParser struct {
	text         string
	at           int // the byte that comes next
	f            Filter
	only, hidden []Kind // what is: and -is: name
	lastIs       [2]int // where the last of these stands
}

// term reads one term, which begins at p.at.
func (p *filterParser) term() error {
	begin := p.at
	negative := strings.HasPrefix(p.text[p.at:], "-") && p.at+1 < len(p.text)
	if negative {
		p.at++
	}
	key := keyOf(p.text[p.at:])
	switch key {
	case "", "event:", "id:", "is:":
	default:
		return p.unknown(key, negative)
	}
	p.at += len(key)
	value, word := p.at, ""
	if word = p.word(); p.at < 0 {
		p.at = len(p.text)
		return p.wrong(value, p.at, "A quotation mark in the filter is never closed.")
	}
	parts := list(word)
	switch {
	case key != "" && (word == "" || key != "id:" && len(parts) == 0):
		return p.wrong(begin, p.at, "Nothing stands after %s in the filter.", key)
	case negative && (key == "event:" || key == "id:"):
		return p.wrong(begin, p.at, "-%s is not supported.", key).WithHint("A minus goes before a word, a quoted phrase or is:.")
	case key == "event:":
		p.f.Types = append(p.f.Types, parts...)
	case key == "id:":
		p.f.ID = word
	case key == "is:":
		p.lastIs = [2]int{begin, p.at}
		return p.is(parts, value, negative)
	case word == "":
	case negative:
		p.f.Without = append(p.f.Without, word)
	default:
		p.f.Text = append(p.f.Text, word)
	}
	return nil
}

// is reads the kinds that is: or -is: names. They stand between value and p.at.
func (p *filterParser) is(names []string, value int, negative bool) error {
	for _, name := range names {
		i := slices.IndexFunc(kinds, func(k Kind) bool { return k.String() == name })
		switch {
		case i < 0:
			return p.wrong(value, p.at, "%q is not a kind of message.", name).WithHint("is: takes " + kindNames + ".")
		case negative:
			p.hidden = append(p.hidden, kinds[i])
		default:
			p.only = append(p.only, kinds[i])
		}
	}
	return nil
}

// finish returns the filter that was read.
func (p *filterParser) finish() (Filter, error) {
	for _, k := range kinds {
		if (len(p.only) == 0 || slices.Contains(p.only, k)) && !slices.Contains(p.hidden, k) {
			p.f.Kinds = append(p.f.Kinds, k)
		}
	}
	switch len(p.f.Kinds) {
	case 0:
		return Filter{}, p.wrong(p.lastIs[0], p.lastIs[1], "The filter leaves out every kind of message.").
			WithHint("The kinds are " + kindNames + ".")
	case len(kinds):
		p.f.Kinds = nil
	}
	return p.f, nil
}

// skip moves to the next term.
func (p *filterParser) skip() {
	p.at += len(p.text[p.at:]) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
}

// word reads a word or a quoted phrase. It sets p.at to -1 where the closing
// quotation mark is missing.
func (p *filterParser) word() string {
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, `"`) {
		n := wordLength(rest)
		p.at += n
		return rest[:n]
	}
	n := strings.IndexByte(rest[1:], '"')
	if n < 0 {
		p.at = -1
		return ""
	}
	p.at += n + 2
	return rest[1 : n+1]
}

// unknown returns the error about a key that does not exist, which stands at
// p.at.
func (p *filterParser) unknown(key string, negative bool) error {
	sentence := "%s is not a key of the filter."
	if key[0] == '$' {
		sentence = "The filter cannot look inside the data for %s."
	}
	hint := filterKeys + " To search for a text, put it in quotation marks"
	if word := p.text[p.at : p.at+wordLength(p.text[p.at:])]; !strings.Contains(word, `"`) {
		minus := ""
		if negative {
			minus = "-"
		}
		hint += fmt.Sprintf(`: %s"%s"`, minus, word)
	}
	return p.wrong(p.at, p.at+len(key), sentence, key).WithHint(hint + ".")
}

// wrong returns an error about the bytes from begin to end.
func (p *filterParser) wrong(begin, end int, format string, args ...any) *Error {
	return Errorf("bad_filter", format, args...).WithField("q").
		WithPlace(utf8.RuneCountInString(p.text[:begin]), utf8.RuneCountInString(p.text[begin:end]))
}

// keyOf returns the key that s begins with, its colon included, or "". A key
// is a name, which begins with a letter, _, $ or @ and goes on with letters,
// digits and . _ - $ @, and a colon; "://" makes a URL of it. So is a path into
// the data, which begins with "$." or "$[" and needs no colon.
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

// wordLength returns how many bytes come before the next space.
func wordLength(s string) int {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return i
	}
	return len(s)
}

// list returns the parts of a list with commas.
func list(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(part string) bool { return part == "" })
}
