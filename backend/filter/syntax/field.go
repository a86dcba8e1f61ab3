package syntax

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/live"
)

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
