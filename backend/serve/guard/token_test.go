package guard

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// A comparison with == stops at the first byte that differs, and its time tells
// how much of a guess was right. So the token must not be compared anywhere but
// in isToken, and there by its hash.
func TestOnlyOneFunctionComparesTheToken(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	uses, constant := map[string]int{}, false
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "g" && s.Sel.Name == "token" {
					uses[f.Name.Name]++
				}
				constant = constant || f.Name.Name == "isToken" && s.Sel.Name == "ConstantTimeCompare"
				return true
			})
		}
	}
	// Once it is hashed, and once it is compared with "".
	if len(uses) != 1 || uses["isToken"] != 2 || !constant {
		t.Errorf("the token is used in %v; isToken compares in constant time: %v", uses, constant)
	}
}

func TestATokenThatIsAlmostRightIsWrong(t *testing.T) {
	g := &Guard{token: "0123456789abcdef"}
	for _, given := range []string{"", "0", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdef\x00"} {
		if g.isToken(given) {
			t.Errorf("%q is taken for the token", given)
		}
	}
	if !g.isToken("0123456789abcdef") {
		t.Error("the token is not recognised")
	}
	if (&Guard{}).isToken("") {
		t.Error("no token is a token")
	}
}
