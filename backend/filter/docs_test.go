package filter

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The examples of docs/filter.md are in the first column of its tables, and in the
// second one where the first has another tool's.
func TestTheExamplesOfTheDocumentationAreFilters(t *testing.T) {
	text, err := os.ReadFile("../../docs/filter.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`([^`]+)`")
	examples, times, header := 0, false, ""
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "|-") {
			continue
		}
		if !strings.HasPrefix(line, "| ") {
			header = ""
			continue
		}
		cells := strings.Split(strings.Trim(line, "|\n"), " | ")
		if header == "" {
			header = strings.TrimSpace(cells[0])
			times = header == "time"
			continue
		}
		cell := cells[0]
		if header == "there" {
			cell = cells[1]
		}
		for _, m := range code.FindAllStringSubmatch(cell, -1) {
			example := m[1]
			if times {
				example = "after:" + example
			}
			f, err := Parse(example, Env{Now: now, Sources: sources{1: "payments"}, Bookmarked: env.Bookmarked})
			if err != nil {
				t.Errorf("%s: %v", example, err)
				continue
			}
			if examples++; f != nil && f.IsZero() {
				t.Errorf("%s has no condition", example)
			}
		}
	}
	if examples < 60 {
		t.Errorf("only %d examples", examples)
	}
}
