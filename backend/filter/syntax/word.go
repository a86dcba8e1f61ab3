package syntax

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/live"
)

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

// list reads the parts of a list with commas between them, and drops empty ones.
// In a part in quotation marks a comma is text.
func (p *parser) list() ([]string, error) {
	var list []string
	for {
		s := p.text[p.at:]
		if strings.HasPrefix(s, `"`) {
			part, err := p.quoted()
			if err != nil {
				return nil, err
			}
			list = append(list, part)
			if !strings.HasPrefix(p.text[p.at:], ",") {
				break
			}
			p.at++
			continue
		}
		s = s[:wordLength(s, p.depth > 0)]
		plain, _, more := strings.Cut(s, `,"`)
		list = append(list, strings.Split(plain, ",")...)
		if p.at += len(plain); !more {
			break
		}
		p.at++
	}
	return slices.DeleteFunc(list, func(part string) bool { return part == "" }), nil
}
