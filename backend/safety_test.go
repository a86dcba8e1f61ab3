package backend_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// A place is a folder of Go or a file of browser tests, with its tests.
	namedPlace = regexp.MustCompile("`(backend/[\\w/]+|frontend/tests/[\\w./]+)`((?:,? `[^`]+`)+)")
	namedTest  = regexp.MustCompile("`([^`]+)`")
)

// TestTheTestsThatSafetyNamesExist fails where a row of docs/safety.md names no
// test, or one that was renamed or deleted.
func TestTheTestsThatSafetyNamesExist(t *testing.T) {
	text, err := os.ReadFile("../docs/safety.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 3 || cells[0] == "| attack" {
			continue
		}
		rows++
		tests := strings.TrimSuffix(cells[2], " |")
		named := namedPlace.FindAllStringSubmatch(tests, -1)
		// What the pattern does not understand would not be looked up.
		if left := strings.Trim(namedPlace.ReplaceAllString(tests, ""), "; "); len(named) == 0 || left != "" {
			t.Errorf("%s: no test is named, or %q is none", cells[0], left)
		}
		for _, place := range named {
			for _, test := range namedTest.FindAllStringSubmatch(place[2], -1) {
				if !hasTest(t, place[1], test[1]) {
					t.Errorf("%s has no test %s", place[1], test[1])
				}
			}
		}
	}
	if rows < 15 {
		t.Errorf("only %d rows were found", rows)
	}
}

// hasTest reports whether a folder of Go, or a file of browser tests, has a test.
func hasTest(t *testing.T, place, test string) bool {
	t.Helper()
	files, begin := []string{filepath.Join("..", place)}, "test('"+test
	if strings.HasPrefix(place, "backend/") {
		var err error
		if files, err = filepath.Glob(filepath.Join("..", place, "*_test.go")); err != nil {
			t.Fatal(err)
		}
		begin = "\nfunc " + test + "("
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), begin) {
			return true
		}
	}
	return false
}
