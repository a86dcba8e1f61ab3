package serve

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestTokensAreComparedInConstantTime reads the package: == stops at the first
// byte that differs, and how soon it does tells a patient stranger how much of
// his guess was right.
func TestTokensAreComparedInConstantTime(t *testing.T) {
	set := token.NewFileSet()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	secret := func(e ast.Expr) bool {
		name := ""
		switch e := e.(type) {
		case *ast.Ident:
			name = e.Name
		case *ast.SelectorExpr:
			name = e.Sel.Name
		}
		name = strings.ToLower(name)
		return strings.Contains(name, "token") || name == "given" || name == "ours" || name == "value"
	}
	empty := func(e ast.Expr) bool {
		l, ok := e.(*ast.BasicLit)
		return ok && l.Value == `""`
	}
	constant := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if (n.Op == token.EQL || n.Op == token.NEQ) && (secret(n.X) && !empty(n.Y) || secret(n.Y) && !empty(n.X)) {
					t.Errorf("%s: a secret is compared with %s", set.Position(n.Pos()), n.Op)
				}
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && (pkg.Name == "subtle" && n.Sel.Name == "ConstantTimeCompare" || pkg.Name == "hmac" && n.Sel.Name == "Equal") {
					constant++
				}
			}
			return true
		})
	}
	if constant != 2 { // the token, and the signature of a session
		t.Errorf("%d comparisons in constant time", constant)
	}
}
