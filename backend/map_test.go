package backend_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mapLine is a line of the map in doc.go: a package, and the names to look up in
// it.
var mapLine = regexp.MustCompile(`(?m)^//\t([a-z/]+) +([A-Za-z., ]+?)(?:, in ([a-z]+\.go))?(?::|$)`)

func TestTheMapNamesOnlyWhatExists(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := mapLine.FindAllStringSubmatch(string(text), -1)
	if all := strings.Count(string(text), "\n//\t"); len(lines) != all {
		t.Errorf("%d of %d lines of the map can be read", len(lines), all)
	}
	declared := map[string]map[string]string{} // by package and name, the file
	for _, line := range lines {
		folder, file := line[1], line[3]
		if declared[folder] == nil {
			declared[folder] = declarations(t, folder)
		}
		for name := range strings.SplitSeq(line[2], ", ") {
			switch in, ok := declared[folder][name]; {
			case !ok:
				t.Errorf("the map in doc.go names %s of %s, which does not exist: correct the map", name, folder)
			case file != "" && in != file:
				t.Errorf("the map in doc.go says that %s of %s is in %s: it is in %s", name, folder, file, in)
			}
		}
	}
}

// declarations returns the functions, the methods as "Type.method" and the types
// of a package, each with its file.
func declarations(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no package %s: %v", folder, err)
	}
	names := map[string]string{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[receiver(d)+d.Name.Name] = filepath.Base(path)
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						names[s.Name.Name] = filepath.Base(path)
					}
				}
			}
		}
	}
	return names
}

// receiver returns "Type." for a method, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	switch typ := d.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		if name, ok := typ.X.(*ast.Ident); ok {
			return name.Name + "."
		}
	case *ast.Ident:
		return typ.Name + "."
	}
	return ""
}
