package field

import (
	"encoding/json"
	"strconv"
	"strings"
)

// MaxSteps is how many steps a path may have.
const MaxSteps = 32

// A Path leads to a value in JSON: $.order.items[0].sku, $["any name"].
type Path []Step

// A Step leads into an object or an array.
type Step struct {
	Name  string // of a member of an object, decoded
	Index int    // of an element of an array; -1 for a member of an object
}

// Parse reads a path.
func Parse(s string) (p Path, ok bool) {
	rest, ok := strings.CutPrefix(s, "$")
	for ok && rest != "" {
		if len(p) == MaxSteps {
			return nil, false
		}
		var step Step
		if step, rest, ok = parseStep(rest); ok {
			p = append(p, step)
		}
	}
	return p, ok
}

func parseStep(s string) (step Step, rest string, ok bool) {
	switch {
	case strings.HasPrefix(s, "."):
		n := 1
		for n < len(s) && s[n] != '.' && s[n] != '[' {
			n++
		}
		return Step{s[1:n], -1}, s[n:], n > 1
	case strings.HasPrefix(s, `["`):
		end := stringEnd(s, 1)
		if end < 0 || !strings.HasPrefix(s[end:], "]") || json.Unmarshal([]byte(s[1:end]), &step.Name) != nil {
			return step, "", false
		}
		step.Index = -1
		return step, s[end+1:], true
	case strings.HasPrefix(s, "["):
		number, after, found := strings.Cut(s[1:], "]")
		n, err := strconv.ParseUint(number, 10, 31)
		return Step{Index: int(n)}, after, found && err == nil
	}
	return step, "", false
}

// String writes a path as Parse reads it.
func (p Path) String() string {
	var b strings.Builder
	b.WriteByte('$')
	for _, step := range p {
		switch {
		case step.Index >= 0:
			b.WriteString("[" + strconv.Itoa(step.Index) + "]")
		case isWord(step.Name):
			b.WriteString("." + step.Name)
		default:
			name, _ := json.Marshal(step.Name) // a string has a JSON form
			b.WriteByte('[')
			b.Write(name)
			b.WriteByte(']')
		}
	}
	return b.String()
}

// isWord reports whether a name needs no quotation marks in a path.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || c == '$' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
