package filter

import "strings"

// lowerByte returns A to Z in lower case and every other byte unchanged.
func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// lowerText returns s with A to Z in lower case, as SQLite's lower does.
func lowerText(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// A needle is a text to find, in lower case.
type needle struct {
	text  string
	at    int  // of a byte that is rare in JSON
	lower byte // this byte…
	upper byte // …and in upper case
}

// rare orders bytes from common to rare in JSON; those that are not listed are
// rarer still.
const rare = ` "e,:0a1tinrosd2l{}3c54u6789mpgf-h.bv_ywTZ`

func newNeedle(s string) needle {
	n := needle{text: lowerText(s)}
	best := -1
	for i := range len(n.text) {
		rank := strings.IndexByte(rare, n.text[i])
		if rank < 0 {
			rank = len(rare)
		}
		if rank > best {
			best, n.at = rank, i
		}
	}
	if s != "" {
		n.lower = n.text[n.at]
		n.upper = n.lower
		if 'a' <= n.lower && n.lower <= 'z' {
			n.upper -= 'a' - 'A'
		}
	}
	return n
}

// in reports whether the needle occurs in s, ignoring the case of A to Z.
func (n *needle) in(s string) bool { return n.index(s) >= 0 }

// index returns where the needle first occurs in s, or -1.
func (n *needle) index(s string) int {
	if n.text == "" {
		return 0
	}
	last := len(s) - len(n.text) // where the needle may begin at the latest
	if last < 0 {
		return -1
	}
	s2 := s[:last+n.at+1] // where its rare byte may be
	for i := n.at; i < len(s2); i++ {
		found := strings.IndexByte(s2[i:], n.lower)
		if n.upper != n.lower {
			end := len(s2)
			if found >= 0 {
				end = i + found
			}
			if up := strings.IndexByte(s2[i:end], n.upper); up >= 0 {
				found = up
			}
		}
		if found < 0 {
			return -1
		}
		i += found
		if equalLower(s[i-n.at:][:len(n.text)], n.text) {
			return i - n.at
		}
	}
	return -1
}

// equalLower compares s with a text in lower case of the same length.
func equalLower(s, lower string) bool {
	for i := range len(s) {
		if lowerByte(s[i]) != lower[i] {
			return false
		}
	}
	return true
}
