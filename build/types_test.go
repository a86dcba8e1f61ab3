package build_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheTypesAreRightOnMacOSAndWindows type-checks every package of ours, its
// tests and the window too, for systems that this machine may not be able to
// compile for: cgo would need their headers. What Go takes from C is not
// checked.
func TestTheTypesAreRightOnMacOSAndWindows(t *testing.T) {
	for _, system := range []struct{ os, arch string }{{"darwin", "arm64"}, {"windows", "amd64"}} {
		t.Run(system.os, func(t *testing.T) {
			for _, tags := range []string{"", "desktop,production"} {
				checked, err := checkTypes(system.os, system.arch, tags)
				if err != nil {
					t.Errorf("with the tags %q: %v", tags, err)
				}
				if checked < 20 {
					t.Errorf("with the tags %q only %d packages of ours were checked", tags, checked)
				}
			}
		})
	}
}

// A listed package is what `go list` prints of it.
type listed struct {
	ImportPath, Dir   string
	GoFiles, CgoFiles []string
	ImportMap         map[string]string
	Standard          bool
	Module            *struct{ Main bool }
}

// checkTypes checks the packages of this module, and of all others what they
// export. It returns how many of ours it checked.
func checkTypes(system, arch, tags string) (checked int, err error) {
	list := exec.Command("go", "list", "-deps", "-test", "-tags", tags,
		"-json=ImportPath,Dir,GoFiles,CgoFiles,ImportMap,Standard,Module", "./...")
	list.Dir = ".."
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=1")
	var complaint bytes.Buffer
	list.Stderr = &complaint
	out, err := list.Output()
	if err != nil {
		return 0, fmt.Errorf("go list: %w: %s", err, &complaint)
	}
	set := token.NewFileSet()
	done := map[string]*types.Package{"unsafe": types.Unsafe}
	var wrong []error
	// A package comes after those that it imports.
	for packages := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return checked, err
		}
		// The main package of a test is made when the test is compiled.
		if p.ImportPath == "unsafe" || strings.HasSuffix(p.ImportPath, ".test") {
			continue
		}
		ours := p.Module != nil && p.Module.Main
		var files []*ast.File
		for _, name := range append(p.GoFiles, p.CgoFiles...) {
			file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				return checked, err
			}
			files = append(files, file)
		}
		config := types.Config{
			Importer:         imports{p.ImportMap, done},
			Sizes:            types.SizesFor("gc", arch),
			FakeImportC:      true,
			IgnoreFuncBodies: !ours,
			Error: func(err error) {
				if ours {
					wrong = append(wrong, err)
				}
			},
		}
		path, _, _ := strings.Cut(p.ImportPath, " ") // "p [q.test]" is p as the tests of q see it
		done[p.ImportPath], _ = config.Check(path, set, files, nil)
		if ours {
			checked++
		}
	}
	return checked, errors.Join(wrong...)
}

// imports finds what a package imports among those that are checked.
type imports struct {
	names map[string]string // what a path means where it does not mean itself
	done  map[string]*types.Package
}

func (i imports) Import(path string) (*types.Package, error) {
	if name, ok := i.names[path]; ok {
		path = name
	}
	if p := i.done[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%s was not listed", path)
}
