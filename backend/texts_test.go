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
	"unicode"

	"signalbox/backend/setting"
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
			consts: map[string]ast.Expr{}, hints: map[*ast.CallExpr]*ast.CallExpr{}, bodies: map[string][]ast.Expr{}, makers: map[string]int{"Errorf": 0, "Textf": 0}}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(r.fset, filepath.Join("..", folder, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			r.files = append(r.files, f)
		}
		r.read()
	}
	for _, set := range setting.All() {
		subject := set.Subject()
		found[subject.Code] = entry{Text: subject.English}
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
	values map[string][]ast.Expr // what the function that is read assigns to its variables
	bodies map[string][]ast.Expr // what the package's functions return
}

// terminalOnly are files whose sentences only a terminal shows, in English.
var terminalOnly = map[string]string{
	"usage.go": "the help of the command line, which these errors quote, is in English too",
}

// data are parameters that are put together, and are data in every language.
var data = map[string]string{
	"status":  "the status line of HTTP",
	"example": "a line of the configuration file",
	"key":     "a name of the configuration file",
}

func (r *textReader) read() {
	for _, f := range r.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				r.maker(n.Name.Name, n.Type)
				r.bodies[n.Name.Name] = returned(n)
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
			if f, ok := n.(*ast.FuncDecl); ok {
				r.values = assigned(f)
			}
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
		if file := filepath.Base(r.fset.Position(arg.Pos()).Filename); i+1 < len(call.Args[at+2:]) && terminalOnly[file] == "" && data[name] == "" {
			if why := r.glued(call.Args[at+2:][i+1], 0); why != "" {
				r.fail(arg, "%s: the parameter %q is %s: pass the error, a live.Text, a list or a number, so that each language writes it its own way", code, name, why)
			}
		}
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

// glued returns what is wrong with the value of a parameter that is English in
// every language, else "". It follows the variables of the function and the
// functions of the package.
func (r *textReader) glued(e ast.Expr, depth int) string {
	if depth > 4 {
		return ""
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, _ := strconv.Unquote(e.Value); strings.Contains(s, " ") {
			return "a text in English"
		}
	case *ast.ParenExpr:
		return r.glued(e.X, depth+1)
	case *ast.BinaryExpr:
		for _, side := range []ast.Expr{e.X, e.Y} {
			if s, constant := r.text(side); constant && strings.ContainsFunc(s, unicode.IsLetter) {
				return "put together with words"
			}
			if why := r.glued(side, depth+1); why != "" {
				return why
			}
		}
	case *ast.Ident:
		for _, value := range r.values[e.Name] {
			if why := r.glued(value, depth+1); why != "" {
				return why
			}
		}
		if v, ok := r.consts[e.Name]; ok {
			return r.glued(v, depth+1)
		}
	case *ast.CallExpr:
		if r.sentenceOf(e) != nil {
			return ""
		}
		switch f := e.Fun.(type) {
		case *ast.Ident:
			for _, value := range r.bodies[f.Name] {
				if why := r.glued(value, depth+1); why != "" {
					return why
				}
			}
		case *ast.SelectorExpr:
			x, _ := f.X.(*ast.Ident)
			switch {
			case f.Sel.Name == "Error" && len(e.Args) == 0:
				return "the text of an error"
			case f.Sel.Name == "Join" && x != nil && x.Name == "strings":
				return "a list in one text"
			case f.Sel.Name == "Format" || strings.HasPrefix(f.Sel.Name, "English"):
				return "a time or a size in English"
			case strings.HasPrefix(f.Sel.Name, "Sprint") && x != nil && x.Name == "fmt":
				return "put together by fmt"
			case x != nil && (x.Name == "live" || x.Name == "errors"):
				return "" // a sentence, or an error of which only a known cause is translated
			}
			for _, arg := range e.Args {
				if why := r.glued(arg, depth+1); why != "" {
					return why
				}
			}
		}
	}
	return ""
}

// assigned returns what a function assigns to each variable.
func assigned(f *ast.FuncDecl) map[string][]ast.Expr {
	values := map[string][]ast.Expr{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if name, ok := left.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) {
					values[name.Name] = append(values[name.Name], n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) {
					values[name.Name] = append(values[name.Name], n.Values[i])
				}
			}
		}
		return true
	})
	return values
}

// returned returns the results of a function that has one.
func returned(f *ast.FuncDecl) []ast.Expr {
	var results []ast.Expr
	if f.Recv != nil || f.Body == nil {
		return nil
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
			results = append(results, ret.Results[0])
		}
		return true
	})
	return results
}
