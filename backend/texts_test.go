package backend_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the catalogue of sentences")

// catalogue holds every sentence that a screen can show, by its code, for those
// who translate them. chinese is its translation.
const (
	catalogue = "../frontend/src/lib/texts.en.json"
	chinese   = "../frontend/src/lib/texts.zh.json"
)

// An entry is one sentence of the catalogue and the hint that goes with it.
type entry struct {
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

var (
	textCode  = regexp.MustCompile(`^[a-z0-9_]+(/[a-z0-9_]+)?$`)
	paramName = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
)

func TestTheCatalogueHasEverySentenceUnderOneCode(t *testing.T) {
	found := map[string]entry{}
	for folder, p := range tree(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		r := textReader{t: t, inLive: folder == "backend/live", fset: token.NewFileSet(), found: found,
			consts: map[string]ast.Expr{}, hints: map[*ast.CallExpr]*ast.CallExpr{}, makers: map[string]int{"Errorf": 0, "Textf": 0}}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(r.fset, filepath.Join("..", folder, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			r.files = append(r.files, f)
		}
		r.read()
	}
	if t.Failed() {
		return
	}
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(found); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(catalogue, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(catalogue)
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("the catalogue is not what the source says: run go test ./backend -update (%v)", err)
	}
}

func TestTheChineseCatalogueHasTheSameSentencesWithTheSameParameters(t *testing.T) {
	en, zh := readCatalogue(t, catalogue), readCatalogue(t, chinese)
	for code, e := range en {
		z, ok := zh[code]
		switch {
		case !ok:
			t.Errorf("%s has no %q: %q, %q", chinese, code, e.Text, e.Hint)
		case !slices.Equal(paramsOf(e.Text), paramsOf(z.Text)):
			t.Errorf("the text of %q has the parameters %q, in Chinese %q", code, paramsOf(e.Text), paramsOf(z.Text))
		case !slices.Equal(paramsOf(e.Hint), paramsOf(z.Hint)):
			t.Errorf("the hint of %q has the parameters %q, in Chinese %q", code, paramsOf(e.Hint), paramsOf(z.Hint))
		case z.Text == "" || (e.Hint == "") != (z.Hint == ""):
			t.Errorf("%q has in Chinese not what it has in English: %+v, %+v", code, e, z)
		}
	}
	for code := range zh {
		if _, ok := en[code]; !ok {
			t.Errorf("%s has %q, which the program never says", chinese, code)
		}
	}
}

func readCatalogue(t *testing.T, file string) map[string]entry {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]entry
	if err := json.Unmarshal(b, &entries); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return entries
}

// paramsOf returns the names of the parameters in a sentence, sorted, each once.
func paramsOf(s string) []string {
	var names []string
	for _, m := range paramName.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A textReader collects the sentences of one package. A function that makes a
// sentence has the parameters (…, code, format string, args ...any): Errorf,
// Textf, and those of the package that pass them on.
type textReader struct {
	t      *testing.T
	inLive bool
	fset   *token.FileSet
	files  []*ast.File
	consts map[string]ast.Expr
	makers map[string]int // the place of the parameter code, by the function's name
	hints  map[*ast.CallExpr]*ast.CallExpr
	found  map[string]entry
}

func (r *textReader) read() {
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				r.maker(n.Name.Name, n.Type)
			case *ast.AssignStmt:
				for i, right := range n.Rhs {
					lit, ok := right.(*ast.FuncLit)
					if name, named := n.Lhs[i].(*ast.Ident); ok && named {
						r.maker(name.Name, lit.Type)
					}
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i < len(n.Values) {
						r.consts[name.Name] = n.Values[i]
					}
				}
			}
			return true
		})
	}
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			// The walk comes to x.WithHint() before it comes to x.
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "WithHint" {
				if of := r.sentenceOf(s.X); of != nil {
					r.hints[of] = call
				} else if !r.inLive {
					r.fail(call, "WithHint is called on no sentence of its own: call it where the sentence is made")
				}
			}
			if at, ok := r.isMaker(call); ok {
				r.sentence(call, at)
			}
			return true
		})
	}
}

func (r *textReader) fail(n ast.Node, format string, args ...any) {
	r.t.Helper()
	r.t.Errorf("%s: "+format, append([]any{r.fset.Position(n.Pos())}, args...)...)
}

// maker notes a function that makes sentences.
func (r *textReader) maker(name string, f *ast.FuncType) {
	var names []string
	for _, field := range f.Params.List {
		for _, n := range field.Names {
			names = append(names, n.Name)
		}
	}
	if n := len(names); n >= 3 && slices.Equal(names[n-3:], []string{"code", "format", "args"}) {
		r.makers[name] = n - 3
	}
}

// isMaker reports whether a call makes a sentence, and which of its arguments
// is the code.
func (r *textReader) isMaker(call *ast.CallExpr) (at int, ok bool) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		at, ok = r.makers[f.Name]
		if !r.inLive && (f.Name == "Errorf" || f.Name == "Textf") {
			ok = false
		}
	case *ast.SelectorExpr:
		at, ok = r.makers[f.Sel.Name]
		if x, named := f.X.(*ast.Ident); f.Sel.Name == "Errorf" || f.Sel.Name == "Textf" {
			ok = named && x.Name == "live"
		}
	}
	return at, ok && len(call.Args) >= at+2
}

// sentenceOf returns the call that makes the sentence of a chain of calls such
// as Errorf(…).WithField(…), or nil.
func (r *textReader) sentenceOf(e ast.Expr) *ast.CallExpr {
	for {
		call, ok := e.(*ast.CallExpr)
		if !ok {
			return nil
		}
		if _, ok := r.isMaker(call); ok {
			return call
		}
		s, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		e = s.X
	}
}

// sentence checks one call that makes a sentence, and adds it to the catalogue.
func (r *textReader) sentence(call *ast.CallExpr, at int) {
	if call.Ellipsis.IsValid() {
		return // in a function that passes its own parameters on
	}
	code, ok := r.text(call.Args[at])
	if !ok || !textCode.MatchString(code) {
		r.fail(call, "the code is not a constant such as \"not_found\" or \"not_found/feed\"")
		return
	}
	var e entry
	if e.Text, ok = r.text(call.Args[at+1]); !ok || strings.Contains(e.Text, "%") {
		r.fail(call, "%s: the sentence is not a constant with {names}", code)
		return
	}
	if hint := r.hints[call]; hint != nil {
		if e.Hint, ok = r.text(hint.Args[0]); !ok {
			r.fail(call, "%s: the hint is not a constant", code)
			return
		}
	}
	places := map[string]bool{}
	for _, m := range paramName.FindAllStringSubmatch(e.Text+e.Hint, -1) {
		places[m[1]] = true
	}
	for i, arg := range call.Args[at+2:] {
		if i%2 == 1 {
			continue
		}
		name, ok := r.text(arg)
		if !ok || i+1 == len(call.Args[at+2:]) {
			r.fail(arg, "%s: the arguments are not pairs of a constant name and a value", code)
		} else if !strings.Contains(e.Text+e.Hint, "{"+name+"}") {
			r.fail(arg, "%s: neither the sentence nor the hint has a place for %q", code, name)
		}
		delete(places, name)
	}
	for name := range places {
		r.fail(call, "%s: the parameter %q is missing", code, name)
	}
	if old, ok := r.found[code]; ok && old != e {
		r.fail(call, "%s is said in two ways: %+v, %+v", code, old, e)
	}
	r.found[code] = e
}

// text returns the value of a constant text.
func (r *textReader) text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.ParenExpr:
		return r.text(e.X)
	case *ast.BinaryExpr:
		a, ok := r.text(e.X)
		b, ok2 := r.text(e.Y)
		return a + b, ok && ok2 && e.Op == token.ADD
	case *ast.Ident:
		if v, ok := r.consts[e.Name]; ok {
			return r.text(v)
		}
	}
	return "", false
}
