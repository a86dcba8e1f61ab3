package wire

// maxDepth is the greatest nesting of arrays and objects, as in encoding/json.
const maxDepth = 10_000

// The functions below find the end of a JSON value (RFC 8259). Their arguments are the
// text and the index of the value. They return the index after the value, or -1 if the
// JSON is invalid. They accept the same JSON as encoding/json; a fuzz test compares the
// two. json.Valid is several times slower and does not return the end of a value.

// valueEnd finds the end of any value. depth is the number of arrays and
// objects around it.
func valueEnd(b []byte, i, depth int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return stringEnd(b, i)
	case '{', '[':
		if depth >= maxDepth {
			return -1
		}
		return containerEnd(b, i, depth+1)
	case 't':
		return literalEnd(b, i, "true")
	case 'f':
		return literalEnd(b, i, "false")
	case 'n':
		return literalEnd(b, i, "null")
	}
	return numberEnd(b, i)
}

// containerEnd finds the end of an array or an object.
func containerEnd(b []byte, i, depth int) int {
	object, closing := b[i] == '{', b[i]+2 // in ASCII, '}' is '{' + 2 and ']' is '[' + 2
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == closing {
		return i + 1
	}
	for {
		if object {
			if i = stringEnd(b, i); i < 0 {
				return -1
			}
			if i = skipSpace(b, i); i >= len(b) || b[i] != ':' {
				return -1
			}
			i = skipSpace(b, i+1)
		}
		if i = valueEnd(b, i, depth); i < 0 {
			return -1
		}
		i = skipSpace(b, i)
		switch {
		case i >= len(b):
			return -1
		case b[i] == closing:
			return i + 1
		case b[i] != ',':
			return -1
		}
		i = skipSpace(b, i+1)
	}
}

// ordinary has the bytes that need no escape inside a JSON string.
var ordinary = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return table
}()

// stringEnd finds the end of a string. It does not check the UTF-8.
func stringEnd(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	for i++; i < len(b); i++ {
		if ordinary[b[i]] {
			continue
		}
		if b[i] == '"' {
			return i + 1
		}
		if b[i] != '\\' || i+1 == len(b) {
			return -1 // a control character, or nothing after the backslash
		}
		i++
		switch b[i] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			if hex4(b[i+1:]) < 0 {
				return -1
			}
			i += 4
		default:
			return -1
		}
	}
	return -1
}

// hex4 returns the value of the first four bytes as hexadecimal digits, or -1.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var n rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		n = n<<4 | rune(c)
	}
	return n
}

func literalEnd(b []byte, i int, literal string) int {
	end := i + len(literal)
	if end > len(b) || string(b[i:end]) != literal {
		return -1
	}
	return end
}

// numberEnd finds the end of a number. It stops at the first byte that cannot belong
// to the number, so 01 ends after the 0.
func numberEnd(b []byte, i int) int {
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if i = digitsEnd(b, i); i < 0 {
		return -1
	}
	if i < len(b) && b[i] == '.' {
		if i = digitsEnd(b, i+1); i < 0 {
			return -1
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		return digitsEnd(b, i)
	}
	return i
}

// digitsEnd finds the end of one digit or more.
func digitsEnd(b []byte, i int) int {
	begin := i
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	if i == begin {
		return -1
	}
	return i
}

// skipSpace returns the index of the first byte from i on that is not JSON
// whitespace, or len(b) if there is none.
func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}
