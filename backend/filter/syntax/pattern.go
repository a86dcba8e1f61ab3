package syntax

import (
	"regexp"
	"regexp/syntax"
	"strings"

	"signalbox/backend/live"
)

const (
	maxPattern      = 1000 // characters of a regular expression
	maxInstructions = 5000 // of its program; the time for a text grows with them
)

// A Pattern is a regular expression between slashes, as Go's package regexp
// reads it.
type Pattern struct {
	Source string // without the slashes; \/ is a slash
	Flags  string // of i, m and s
	Regexp *regexp.Regexp
}

// String returns the pattern with its slashes and flags.
func (p *Pattern) String() string { return "/" + p.Source + "/" + p.Flags }

// pattern parses the regular expression at p.at. It returns nil if the text there
// is a word that begins with a slash, such as the path of a URL: then no slash
// that ends a pattern follows, or more follows than flags.
func (p *parser) pattern() (*Pattern, error) {
	end := p.at + 1
	for ; end < len(p.text) && p.text[end] != '/'; end++ {
		if p.text[end] == '\\' {
			end++
		}
	}
	if end >= len(p.text) || end == p.at+1 {
		return nil, nil
	}
	flags := p.text[end+1:][:wordLength(p.text[end+1:], p.depth > 0)]
	if strings.Trim(flags, "ims") != "" {
		return nil, nil
	}
	start := p.at
	p.at = end + 1 + len(flags)
	source := p.text[start+1 : end]
	if len(source) > maxPattern {
		return nil, p.mark(start, p.at, live.Errorf("bad_filter/regexp_long", "The regular expression has more than {max} characters.", "max", maxPattern))
	}
	goSource := source
	if flags != "" {
		goSource = "(?" + flags + ")" + source
	}
	re, err := regexp.Compile(goSource)
	if err != nil {
		return nil, p.mark(start, p.at, live.Errorf("bad_filter/regexp", "The regular expression cannot be read: {err}.",
			"err", err).
			WithHint("The syntax is that of Go: https://pkg.go.dev/regexp/syntax. To search for a text with slashes, put it in quotation marks."))
	}
	if instructions(goSource) > maxInstructions {
		return nil, p.mark(start, p.at, live.Errorf("bad_filter/regexp_size", "The regular expression is too large.").
			WithHint("A part that is repeated counts as often as it repeats."))
	}
	return &Pattern{Source: source, Flags: flags, Regexp: re}, nil
}

// instructions returns the size of the program of a regular expression.
func instructions(source string) int {
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}
