package field

import (
	"slices"
	"strings"
	"testing"
)

func TestTheValueAtAPathIsFoundDigitForDigit(t *testing.T) {
	const data = `{"order":10000000000000000001,"total":1284.50,"items":[{"sku":"A-1840","qty":2},{"sku":"K\u0022","qty":1.10e+3}],
		"a b":{"":true},"total":null,"支付":[[],[7]],"items2":{}}`
	for path, want := range map[string]string{
		"$":                  "{",
		"$.order":            "10000000000000000001",
		"$.total":            "null", // the last of two
		"$.items":            "[",
		"$.items[0].sku":     `"A-1840"`,
		"$.items[1].qty":     "1.10e+3",
		"$.items[1].sku":     `"K\u0022"`,
		"$.items[2].sku":     "",
		"$.items.sku":        "",
		`$["a b"][""]`:       "true",
		`$["\u652f付"][1][0]`: "7",
		"$.支付[0]":            "[",
		"$.order.x":          "",
		"$.nothing":          "",
		"$.items2":           "{",
	} {
		p, ok := Parse(path)
		if !ok {
			t.Errorf("%s cannot be read", path)
			continue
		}
		// Beside others, it finds the same.
		others := []Path{{{"items", -1}, {"", 0}, {"sku", -1}}, p, {{"order", -1}}}
		got := NewFinder(others).Find(data)
		if got[1] != want || got[0] != `"A-1840"` || got[2] != "10000000000000000001" {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestInATextThatWasCutOnlyWholeValuesAreFound(t *testing.T) {
	const data = `{"a":1,"b":{"c":"x","n":123456}}`
	a, _ := Parse("$.a")
	n, _ := Parse("$.b.n")
	c, _ := Parse("$.b.c")
	f := NewFinder([]Path{a, c, n})
	for i := range len(data) {
		got := f.Find(data[:i])
		for j, whole := range []string{"1", `"x"`, "123456"} {
			if got[j] != "" && got[j] != whole {
				t.Errorf("%s: %q", data[:i], got)
			}
		}
	}
	for _, broken := range []string{"", "x", `{"a":01}`, `{"a":1.}`, `{"a":-}`, `{"a" 1}`, `{"a":tru}`, `{a:1}`, "[1", strings.Repeat("[", 2000)} {
		if Walk(broken, &search{}) {
			t.Errorf("%q is JSON", broken)
		}
	}
}

func TestPathsAreReadAsTheyAreWritten(t *testing.T) {
	for _, s := range []string{"$", "$.a.b", "$.a[0].b", `$["a b"]["\""]`, "$[12]", `$[""]`, `$["0a"]`, `$["支付"]`} {
		p, ok := Parse(s)
		if !ok || p.String() != s {
			t.Errorf("%s: %s %v", s, p, ok)
		}
	}
	for _, s := range []string{"", "a", "$a", "$.", "$..a", "$[", "$[x]", "$[-1]", "$[99999999999]", `$["a]`, `$["a"x`, "$.a]" + "[", "$" + strings.Repeat(".a", 33)} {
		if p, ok := Parse(s); ok {
			t.Errorf("%q is %s", s, p)
		}
	}
	if p, _ := Parse("$.支付"); !slices.Equal(p, Path{{"支付", -1}}) {
		t.Errorf("%+v", p)
	}
}
