package syntax

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/live"
)

// The limits of a filter. Each term is compared with every message, and SQLite
// refuses an expression that is a thousand deep.
const (
	maxLength = 10_000 // characters
	maxTerms  = 100    // each part of a list counts
	maxDepth  = 20     // of groups
	maxSteps  = 32     // of a path
)

// An Env has what a filter refers to.
type Env struct {
	// Now is the time to which "-15m" and "14:02" refer, in the time zone of the
	// user.
	Now time.Time
	// Sources are the sources that source: names; nil if source: has no meaning.
	Sources Sources
}

// Sources are the sources of a journal. A filter asks for their names when it
// tests a message, because a source can be renamed.
type Sources interface {
	SourceByID(id int64) (live.Source, bool)
	Sources() []live.Source
}

// kinds lists all kinds of messages.
var kinds = []live.Kind{live.Event, live.GapKind, live.NoteKind}

// A parser parses one filter.
type parser struct {
	env   Env
	text  string
	at    int // the offset of the next byte
	depth int // of groups
	terms int
	is    [2]int // the beginning and the end of the last is: term
}

// Parse returns the tree of a filter. An error has the code bad_filter, the field
// "q" and the range of the mistake.
func Parse(text string, env Env) (Expr, error) {
	p := parser{env: env, text: string([]rune(text))} // an invalid byte becomes U+FFFD
	if n := utf8.RuneCountInString(p.text); n > maxLength {
		return nil, p.mark(0, len(p.text), live.Errorf("bad_filter/long", "The filter has {n} characters; {max} is the limit.", "n", n, "max", maxLength))
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(kinds, func(k live.Kind) bool { return OfKind(e, k) != No }) {
		return nil, p.mark(p.is[0], p.is[1], live.Errorf("bad_filter/kinds", "The filter leaves out every kind of message.").
			WithHint("The kinds are event, gap and note."))
	}
	return e, nil
}

// or parses expressions with "or" between them, up to the end of the group.
func (p *parser) or() (Expr, error) {
	var list Or
	for {
		start := p.at
		e, any, err := p.and()
		if err != nil {
			return nil, err
		}
		end := p.skip()
		word := p.operator()
		if !any && (word != "" || len(list) > 0) {
			if word == "" {
				return nil, p.missing(start-len("or"), start) // "a or"
			}
			return nil, p.missing(end, end+len(word)) // "or a"
		}
		if nested, ok := e.(Or); ok {
			list = append(list, nested...)
		} else {
			list = append(list, e)
		}
		if word == "" {
			break
		}
		p.at += len(word)
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

// and parses terms with "and" or nothing between them. any is whether there are
// any terms.
func (p *parser) and() (e Expr, any bool, err error) {
	list := And{}
	run := 0 // where the terms after the last "and" begin in list
	for waiting := -1; ; {
		start := p.skip()
		word := p.operator()
		if p.ended() || word == "or" || word != "" && (len(list) == 0 || waiting >= 0) {
			if waiting >= 0 {
				return nil, false, p.missing(waiting, waiting+len("and"))
			}
			if len(list) == 1 {
				return list[0], true, nil
			}
			return list, len(list) > 0, nil
		}
		if word == "and" {
			p.at += len(word)
			waiting, run = start, len(list)
			continue
		}
		term, err := p.term()
		if err != nil {
			return nil, false, err
		}
		if term != nil {
			waiting = -1
			list, run = addTerm(list, run, term, p.text[start] == '(')
		}
	}
}

// addTerm adds a term to the terms of an And. A list of types, ids, sources or
// kinds is added to the one before it, back to the last "and": a message has
// only one of each, and "is:gap is:note" means either.
func addTerm(list And, run int, term Expr, group bool) (And, int) {
	if nested, ok := term.(And); ok {
		return append(list, nested...), run
	}
	if key := mergeKey(term); key != "" && !group {
		for i := run; i < len(list); i++ {
			if mergeKey(list[i]) == key {
				switch t := term.(type) {
				case Type:
					list[i] = append(list[i].(Type), t...)
				case ID:
					list[i] = append(list[i].(ID), t...)
				case Source:
					list[i] = append(list[i].(Source), t...)
				case Kind:
					list[i] = append(list[i].(Kind), t...)
				}
				return list, run
			}
		}
	}
	return append(list, term), run
}

// missing returns the error about an "and" or "or" with nothing on one side.
func (p *parser) missing(start, end int) error {
	word := strings.ToLower(p.text[start:end])
	return p.mark(start, end, live.Errorf("bad_filter/operator", `"{word}" needs a term before it and one after it.`, "word", word).
		WithHint(`To search for the word, put it in quotation marks: "{word}".`))
}

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
	word, err := p.word()
	if err != nil {
		return nil, err
	}
	list := splitList(word)
	switch key {
	case "event:", "is:", "source:":
		if len(list) == 0 {
			word = ""
		}
	default:
		list = []string{word}
	}
	if key != "" && word == "" {
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

// kinds returns the term of the kinds with these names, which begin at value.
func (p *parser) kinds(names []string, value int) (Expr, error) {
	list := make(Kind, len(names))
	for i, name := range names {
		if name == "bookmarked" {
			return nil, p.mark(value, p.at, live.Errorf("bad_filter/bookmarked", "The filter cannot ask for bookmarks yet.").
				WithHint("The list of bookmarks has them."))
		}
		k := slices.IndexFunc(kinds, func(k live.Kind) bool { return k.String() == name })
		if k < 0 {
			return nil, p.mark(value, p.at, live.Errorf("bad_filter/kind", `"{name}" is not a kind of message.`, "name", name).
				WithHint("Write is:event, is:gap or is:note."))
		}
		list[i] = kinds[k]
	}
	return list, nil
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

// skip moves to the next term and returns its offset.
func (p *parser) skip() int {
	p.at += len(p.text[p.at:]) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
	return p.at
}

// ended reports whether the group or the filter ends here.
func (p *parser) ended() bool {
	return p.at == len(p.text) || p.depth > 0 && p.text[p.at] == ')'
}

// operator returns the "and" or "or" at p.at, in lower case, or "".
func (p *parser) operator() string {
	if word := p.text[p.at:][:wordLength(p.text[p.at:], p.depth > 0)]; isOperator(word) {
		return strings.ToLower(word)
	}
	return ""
}

func isOperator(word string) bool {
	return strings.EqualFold(word, "and") || strings.EqualFold(word, "or")
}

// word reads a word or a quoted text.
func (p *parser) word() (string, error) {
	s := p.text[p.at:]
	if strings.HasPrefix(s, `"`) {
		return p.quoted()
	}
	n := wordLength(s, p.depth > 0)
	p.at += n
	return s[:n], nil
}

// quoted reads a text in quotation marks. \" is a quotation mark in it. Any other
// backslash stands for itself, because texts are full of them; only before a
// quotation mark two of them are one.
func (p *parser) quoted() (string, error) {
	start := p.at
	var b strings.Builder
	slashes := 0
	for p.at++; p.at < len(p.text); p.at++ {
		c := p.text[p.at]
		if c == '\\' {
			slashes++
			continue
		}
		if c != '"' {
			b.WriteString(p.text[p.at-slashes : p.at+1])
			slashes = 0
			continue
		}
		b.WriteString(strings.Repeat(`\`, slashes/2))
		if slashes%2 == 0 {
			p.at++
			return b.String(), nil
		}
		b.WriteByte(c)
		slashes = 0
	}
	return "", p.mark(start, p.at, live.Errorf("bad_filter/quote", "A quotation mark in the filter is never closed."))
}

// unknownKey returns the error about an unknown key at p.at.
func (p *parser) unknownKey(key string, start int) error {
	word := p.text[p.at:][:wordLength(p.text[p.at:], p.depth > 0)]
	name := strings.TrimSuffix(key, ":")
	var e *live.Error
	if strings.Contains(word, `"`) {
		e = live.Errorf("bad_filter/quoted_key", "{key} is not a key of the filter.", "key", key, "name", name).
			WithHint("The keys are event:, source:, id:, is:, before: and after:. For a field of the data, write $.{name}. To search for a text, put it in quotation marks.")
	} else {
		quoted := p.text[start:p.at] + `"` + word + `"`
		e = live.Errorf("bad_filter/key", "{key} is not a key of the filter.", "key", key, "name", name, "quoted", quoted).
			WithHint("The keys are event:, source:, id:, is:, before: and after:. For a field of the data, write $.{name}. To search for a text, put it in quotation marks: {quoted}.")
	}
	return p.mark(p.at, p.at+len(key), e)
}

// mark returns e as an error about the bytes from start to end.
func (p *parser) mark(start, end int, e *live.Error) error {
	return e.WithField("q").WithRange(utf8.RuneCountInString(p.text[:start]), utf8.RuneCountInString(p.text[start:end]))
}

// keyOf returns the key at the beginning of s, or "". A key is a name followed
// by a colon, and includes the colon. A name begins with a letter, _, $ or @ and
// continues with letters, digits and . _ - $ @. A name before "://" is the
// scheme of a URL and not a key.
func keyOf(s string) string {
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

// wordLength returns the number of bytes before the next space, and within a
// group before a ) that closes none of the word.
func wordLength(s string, inGroup bool) int {
	open := 0
	for i, r := range s {
		switch {
		case unicode.IsSpace(r):
			return i
		case r == '(':
			open++
		case r == ')':
			if open--; open < 0 && inGroup {
				return i
			}
		}
	}
	return len(s)
}

// splitList splits a list at its commas and drops empty parts.
func splitList(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(part string) bool { return part == "" })
}

// field parses a path, and the operator and the value after it.
func (p *parser) field() (Expr, error) {
	start := p.at
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if err := p.count(start, 1, nil); err != nil {
		return nil, err
	}
	end := p.at
	p.skip()
	f := Field{Path: path, Op: opAfter(p.text[p.at:])}
	if f.Op == Exists {
		p.at = end
		return f, nil
	}
	op := p.at
	p.at += len(f.Op)
	if f.Op == Equal && strings.HasPrefix(p.text[p.at:], "=") {
		p.at++
	}
	opEnd := p.at
	p.skip()
	value := p.at
	f.Value.Quoted = strings.HasPrefix(p.text[p.at:], `"`)
	if strings.HasPrefix(p.text[p.at:], "/") {
		pattern, err := p.pattern()
		if err != nil {
			return nil, err
		}
		if pattern != nil && f.Op != Contains {
			return nil, p.mark(op, p.at, live.Errorf("bad_filter/compare", "{op} does not take a regular expression.", "op", string(f.Op)).
				WithHint("Write : before a regular expression, and quotation marks around a text."))
		}
		if f.Value.Pattern = pattern; pattern != nil {
			return f, nil
		}
	}
	if f.Value.Text, err = p.word(); err != nil {
		return nil, err
	}
	if p.at == value {
		return nil, p.mark(start, opEnd, live.Errorf("bad_filter/no_value", "{op} needs a value after it.", "op", string(f.Op)).
			WithHint(`Write it as in $.total > 50 or $.state = "paid".`))
	}
	return f, nil
}

// ops are the operators as they are written, the longer ones first.
var ops = []Op{NotEqual, GreaterOrEqual, LessOrEqual, Equal, Greater, Less, Contains}

// opAfter returns the operator at the beginning of s, after spaces.
func opAfter(s string) Op {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	for _, op := range ops {
		if strings.HasPrefix(s, string(op)) {
			return op
		}
	}
	return Exists
}

// path parses the path that begins at p.at.
func (p *parser) path() ([]Step, error) {
	start := p.at
	path := []Step{}
	for p.at++; p.at < len(p.text); {
		step := Step{Index: -1}
		from := p.at
		rest := p.text[p.at:]
		switch n := pathName(strings.TrimPrefix(rest, ".")); {
		case strings.HasPrefix(rest, ".*"), strings.HasPrefix(rest, "[*]"):
			step.All = true
			p.at += len("[*]")
			if rest[0] == '.' {
				p.at = from + len(".*")
			}
		case rest[0] == '.' && n > 0:
			step.Name = rest[1 : n+1]
			p.at += n + 1
		case strings.HasPrefix(rest, `["`):
			p.at++
			name, err := p.quoted()
			if err != nil {
				return nil, err
			}
			if step.Name = name; !strings.HasPrefix(p.text[p.at:], "]") {
				return nil, p.badPath(from, p.at)
			}
			p.at++
		case rest[0] == '[':
			digits, _, closed := strings.Cut(rest[1:], "]")
			index, err := strconv.Atoi(digits)
			if err != nil || !closed || index < 0 || len(digits) > 9 {
				return nil, p.badPath(from, from+wordLength(rest, p.depth > 0))
			}
			step.Index = index
			p.at += len(digits) + 2
		case p.ended(), unicode.IsSpace(rune(rest[0])), opAfter(rest) != Exists:
			return path, nil
		default:
			return nil, p.badPath(from, from+max(1, wordLength(rest, p.depth > 0)))
		}
		if path = append(path, step); len(path) > maxSteps {
			return nil, p.mark(start, p.at, live.Errorf("bad_filter/steps", "The path has more than {max} steps.", "max", maxSteps))
		}
	}
	return path, nil
}

func (p *parser) badPath(start, end int) error {
	return p.mark(start, end, live.Errorf("bad_filter/path", `The path ends before "{rest}".`, "rest", p.text[start:end]).
		WithHint(`A path looks like $.total, $.items[0].sku, $.items[*].sku or $["any name"]. To search for a text, put it in quotation marks.`))
}

// pathName returns the length of the name at the beginning of s.
func pathName(s string) int {
	for i, r := range s {
		if r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-$@", r) || unicode.IsSpace(r) {
			return i
		}
	}
	return len(s)
}
