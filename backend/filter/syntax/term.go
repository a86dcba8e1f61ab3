package syntax

import (
	"slices"
	"strings"

	"signalbox/backend/live"
)

// term parses the term that begins at p.at. It returns nil for a minus that
// stands alone.
func (p *parser) term() (Expr, error) {
	start := p.at
	negative := p.text[p.at] == '-' && p.at+1 < len(p.text)
	if negative {
		p.at++
		if end := p.at; p.skip() > end || p.ended() {
			p.at = end
			return nil, nil
		}
	}
	e, err := p.positive(start)
	if err == nil && negative {
		e = Not{e}
	}
	return e, err
}

// positive parses a term behind its minus. start is where the minus stands.
func (p *parser) positive(start int) (Expr, error) {
	switch rest := p.text[p.at:]; {
	case rest[0] == '(':
		return p.group()
	case rest[0] == ')':
		return nil, p.mark(p.at, p.at+1, live.Errorf("bad_filter/close", "There is no ( for this ).").
			WithHint(`To search for it, put it in quotation marks: ")".`))
	case strings.HasPrefix(rest, "$.") || strings.HasPrefix(rest, "$[") || rest[0] == '$' && opAfter(rest[1:]) != Exists:
		return p.field()
	case rest[0] == '/':
		if pattern, err := p.pattern(); pattern != nil || err != nil {
			return Regexp{pattern}, p.count(start, 1, err)
		}
	}
	key := keyOf(p.text[p.at:])
	switch key {
	case "", "event:", "id:", "is:", "source:", "before:", "after:":
	default:
		return nil, p.unknownKey(key, start)
	}
	p.at += len(key)
	value := p.at
	var list []string
	var word string
	var err error
	switch key {
	case "event:", "is:", "source:":
		list, err = p.list()
	default:
		if word, err = p.word(); key == "" || word != "" {
			list = []string{word}
		}
	}
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, p.mark(start, p.at, live.Errorf("bad_filter/value", "{key} needs a value after it.", "key", key))
	}
	if err := p.count(start, len(list), nil); err != nil {
		return nil, err
	}
	switch key {
	case "event:":
		return Type(list), nil
	case "id:":
		return ID(list), nil
	case "is:":
		p.is = [2]int{start, p.at}
		return p.kinds(list, value)
	case "source:":
		return p.sources(list, value)
	case "before:", "after:":
		at, ok := parseTime(word, p.env.Now)
		if !ok {
			return nil, p.mark(value, p.at, live.Errorf("bad_filter/time", `"{time}" is not a time.`, "time", word).
				WithHint("Write it as in -15m, -2h, 14:02, 2026-11-20 or 2026-11-20T14:02."))
		}
		return Time{Before: key == "before:", At: at, Text: word}, nil
	}
	return Text(word), nil
}

// count adds n terms, of which the first begins at start. It returns err, or the
// error that there are too many.
func (p *parser) count(start, n int, err error) error {
	if p.terms += n; err != nil || p.terms <= maxTerms {
		return err
	}
	return p.mark(start, p.at, live.Errorf("bad_filter/words", "The filter has more than {max} terms.", "max", maxTerms).
		WithHint("Words in quotation marks count as one."))
}

// group parses a group in parentheses.
func (p *parser) group() (Expr, error) {
	open := p.at
	p.at++
	if p.depth++; p.depth > maxDepth {
		return nil, p.mark(open, p.at, live.Errorf("bad_filter/depth", "The filter has more than {max} groups inside each other.", "max", maxDepth))
	}
	p.skip()
	if p.at < len(p.text) && p.text[p.at] == ')' {
		return nil, p.mark(open, p.at+1, live.Errorf("bad_filter/group", "There is nothing between the parentheses.").
			WithHint(`To search for them, put them in quotation marks: "()".`))
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.at == len(p.text) {
		return nil, p.mark(open, p.at, live.Errorf("bad_filter/open", "A ( in the filter is never closed.").
			WithHint("To search for it, put it in quotation marks."))
	}
	if list, ok := e.(And); ok && len(list) == 0 { // a minus that stands alone
		e = Text("")
	}
	p.at++
	p.depth--
	return e, nil
}

// kinds returns the term of the kinds with these names, which begin at value. One of
// the names may be "bookmarked".
func (p *parser) kinds(names []string, value int) (Expr, error) {
	var list Kind
	bookmarked := false
	for _, name := range names {
		if name == "bookmarked" {
			if bookmarked = true; p.env.Bookmarked == nil {
				return nil, p.mark(value, p.at, live.Errorf("bad_filter/bookmarked", "is:bookmarked has no meaning here: what is just arriving has no bookmark.").
					WithHint("The history can be asked for it: the timeline, and GET /messages."))
			}
			continue
		}
		k := slices.IndexFunc(kinds, func(k live.Kind) bool { return k.String() == name })
		if k < 0 {
			return nil, p.mark(value, p.at, live.Errorf("bad_filter/kind", `"{name}" is not a kind of message.`, "name", name).
				WithHint("Write is:event, is:gap, is:note or is:bookmarked."))
		}
		list = append(list, kinds[k])
	}
	switch {
	case !bookmarked:
		return list, nil
	case len(list) == 0:
		return Bookmarked{}, nil
	}
	return Or{list, Bookmarked{}}, nil
}

// sources returns the term of the sources with these names, which begin at
// value.
func (p *parser) sources(names []string, value int) (Expr, error) {
	if p.env.Sources == nil {
		return nil, p.mark(value-len("source:"), p.at, live.Errorf("bad_filter/no_sources", "source: has no meaning here: there is only one source."))
	}
	all := p.env.Sources.Sources()
	for _, name := range names {
		known := strings.HasSuffix(name, "*") || slices.ContainsFunc(all, func(s live.Source) bool { return s.Name == name })
		if !known {
			return nil, p.mark(value, p.at, live.Errorf("bad_filter/source", `There is no source called "{name}".`, "name", name).
				WithHint("A * at the end stands for any characters: {name}*"))
		}
	}
	return Source(names), nil
}
