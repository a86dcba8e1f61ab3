package backend_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	firstFile = regexp.MustCompile(`\bRead [a-z]+\.go( first|\.)`)
	fileName  = regexp.MustCompile(`[a-z]+(?:/[a-z]+)*\.go\b`)
)

func TestEveryPackageCommentIsInDocGoAndNamesFilesThatExist(t *testing.T) {
	for folder, p := range tree(t) {
		if folder == "." || folder == "backend" {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", folder, "doc.go"))
		if err != nil {
			t.Errorf("%s has no doc.go with the comment of the package", folder)
			continue
		}
		comment, _, _ := strings.Cut(string(text), "\npackage ")
		if !firstFile.MatchString(comment) {
			t.Errorf(`%s/doc.go does not say in which order to read the files: "Read x.go first, then y.go."`, folder)
		}
		for _, name := range fileName.FindAllString(comment, -1) {
			_, inside := os.Stat(filepath.Join("..", folder, name))
			if _, below := os.Stat(name); inside != nil && below != nil {
				t.Errorf("%s/doc.go names %s, which does not exist", folder, name)
			}
		}
		for _, name := range p.GoFiles {
			if name == "doc.go" {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", folder, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				t.Errorf("the comment of package %s is in doc.go, not in %s", folder, name)
			}
		}
	}
}

// A package of more files or lines has more than one noun.
func TestNoPackageIsTooLargeToRead(t *testing.T) {
	const maxFiles, maxLines = 20, 1500
	for folder, p := range tree(t) {
		lines := 0
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join("..", folder, name))
			if err != nil {
				t.Fatal(err)
			}
			lines += strings.Count(string(text), "\n")
		}
		if len(p.GoFiles) > maxFiles || lines > maxLines {
			t.Errorf("%s has %d files and %d lines without its tests; the limits are %d and %d", folder, len(p.GoFiles), lines, maxFiles, maxLines)
		}
	}
}
