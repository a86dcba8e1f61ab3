// Package backend_test holds the packages to the directions in which they may
// import each other.
package backend_test

import (
	"go/build"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "signalbox/"

// A rule says what of ours a package may import outside its tests, and why it
// may import no more.
type rule struct {
	may    string // the last parts of the paths, separated by spaces
	reason string
}

var rules = map[string]rule{
	"backend/live":                {"", "everybody speaks its words, so whatever it imported would be known everywhere"},
	"backend/broadcast":           {"", "it only wakes goroutines; what changed is the business of whoever uses it"},
	"backend/setting":             {"live", "it describes what can be set; were it to know who uses a setting, every user would depend on every other"},
	"backend/clock":               {"", "it is asked before anything is deleted; what it knew of the journal or the store could only blur what it says"},
	"backend/wire":                {"live", "a form of a message says nothing about where it is kept or who reads it"},
	"backend/journal/recent":      {"live broadcast", "memory that readers share must not depend on who reads it"},
	"backend/journal/sources":     {"live", "a list in memory; the journal keeps the store in step with it"},
	"backend/journal/cursor":      {"live journal/recent journal/sources", "a reader must not reach the writer"},
	"backend/journal":             {"live journal/recent journal/sources journal/cursor", "order and commit must be testable without a database, the wire or the network"},
	"backend/journal/journaltest": {"live journal", "the suite must not know which store it is testing"},
	"backend/disk":                {"", "it knows files and error numbers; what is written to them is the business of its callers"},
	"backend/sqlite/conn":         {"live disk", "a connection runs whatever SQL it is given; no table is known to it"},
	"backend/sqlite/schema":       {"live sqlite/conn", "it creates the tables before anything reads or writes them"},
	"backend/sqlite/database":     {"live clock disk sqlite/conn sqlite/schema", "one file with its connections; which messages it holds concerns the packages above"},
	"backend/sqlite/trim":         {"live sqlite/conn", "it deletes within a transaction that somebody else begins"},
	"backend/sqlite/insert":       {"live sqlite/conn sqlite/trim", "it compares new messages with stored and with trimmed ones, within a transaction that somebody else begins"},
	"backend/sqlite/query":        {"live sqlite/conn sqlite/database", "reading must not depend on how messages are written"},
	"backend/sqlite/installation": {"live sqlite/conn sqlite/database", "what belongs to this installation is no part of the journal"},
	"backend/sqlite":              {"live sqlite/conn sqlite/database sqlite/insert sqlite/trim sqlite/query sqlite/installation", "a store is told what to keep; were it to know who asks, a second store could not take its place"},
	"backend/publish":             {"live setting wire journal journal/recent", "the HTTP API, the examples and the samples publish through it, so it must not know any of them"},
	"backend/disconnect":          {"live", "a reason must not know whether it came from the network, the server or the user"},
	"backend/eventstream":         {"live wire", "the standard's parser needs no feed, no socket and no journal to be tested"},
	"backend/suspend":             {"", "it compares two clocks; what is to be done on waking is the business of its callers"},
	"backend/dial":                {"live disconnect eventstream secrets", "one attempt must not know of the attempts before it, nor where its events go"},
	"backend/secrets":             {"live broadcast disk", "who reads secrets must not matter to where they are kept"},
	"backend/secrets/secretstest": {"", "a keyring for tests knows no more than the real one"},
	"backend/health":              {"live disconnect", "it only watches; were it to connect or to write, it could not be asked at any moment"},
	"backend/ingest":              {"live broadcast journal wire disconnect eventstream", "what a feed says goes into the journal in one way, however it was received"},
	"backend/follow":              {"live setting dial disconnect eventstream ingest", "following without a journal must not bring in what keeps feeds"},
	"backend/feed":                {"live setting broadcast journal wire secrets dial disconnect eventstream health ingest suspend", "what feeds and the server share is the journal; a short cut past it would show what is not committed"},
	"backend/serve":               {"live setting journal wire publish serve/console serve/dashboard serve/guard serve/history serve/httpapi serve/listener serve/stream", "it joins the parts of the local server; feeds and examples reach it through interfaces"},
	"backend/serve/budget":        {"", "what is reserved, and by whom, is the business of whoever shares the budget"},
	"backend/serve/httpapi":       {"live journal wire serve/budget", "how requests are read and errors are answered is the same for all routes, so it knows none"},
	"backend/serve/listener":      {"live", "connections are counted before anything is known of their requests"},
	"backend/serve/guard":         {"live serve/httpapi serve/listener", "who may call does not depend on what is asked for"},
	"backend/serve/stream":        {"live journal journal/cursor wire serve/budget serve/httpapi", "a stream sends what the journal has committed; who may subscribe was decided before"},
	"backend/serve/history":       {"live journal wire serve/budget serve/httpapi", "a page shows what the journal holds, whoever asks"},
	"backend/serve/console":       {"broadcast live journal wire serve/httpapi", "it reaches feeds, samples, settings and clients through interfaces, so that it can be tested without them"},
	"backend/serve/dashboard":     {"live serve/guard serve/httpapi", "pages and sign-in know nothing of messages"},
	"backend/example":             {"live journal publish wire", "the examples are guests: they use what any program could; an answer names its question by the id on the wire"},
	"backend/example/exampletest": {"live journal publish sqlite wire", "it sends the frames that the local server sends; it does not import what it tests, so that the tests inside those packages can use it"},
	"backend/sample":              {"live broadcast journal example", "the samples are made of the parts of the examples, and of servers that know nothing of the program"},
	"backend/node":                {"live setting wire journal publish disk sqlite sqlite/installation feed secrets serve example sample", "the one place where all parts meet, and it works without a window"},
	"backend/desk":                {"live wire node", "the window's side opens a node as a whole and must not reach around it"},
	"backend/cli/flags":           {"live setting", "it reads settings for any command, so it knows none"},
	"backend/cli":                 {"live cli/flags setting wire dial follow node", "the command line starts a node and reads streams; it must never open the journal of a running program"},
	".":                           {"live node desk cli", "main joins the parts and thinks nothing itself"},
}

// strangers are groups of packages, each with the packages inside it. A package
// never imports one of another group, not even in tests: what the groups share
// is the journal.
var strangers = [][]string{
	{"feed", "follow", "ingest", "health", "secrets", "suspend", "dial", "eventstream", "disconnect"},
	{"serve"},
	{"example", "sample"},
}

// A tree is the module's packages by their folders.
func tree(t *testing.T) map[string]*build.Package {
	t.Helper()
	packages := map[string]*build.Package{}
	folders := []string{"."}
	err := filepath.WalkDir("../backend", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() != "testdata" {
			folders = append(folders, strings.TrimPrefix(filepath.ToSlash(path), "../"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		// Every file counts, whatever its build tags are.
		ctx := build.Default
		ctx.UseAllFiles = true
		p, err := ctx.ImportDir(filepath.Join("..", folder), 0)
		if p != nil && len(p.GoFiles)+len(p.TestGoFiles)+len(p.XTestGoFiles)+len(p.InvalidGoFiles) == 0 {
			continue // a folder without Go
		}
		if err != nil {
			t.Fatalf("read %s: %v", folder, err)
		}
		packages[folder] = p
	}
	return packages
}

// ours returns the short names of the module's packages among imports.
func ours(imports ...string) []string {
	var names []string
	for _, path := range imports {
		if rest, ok := strings.CutPrefix(path, module); ok {
			names = append(names, strings.TrimPrefix(rest, "backend/"))
		}
	}
	return names
}

func TestPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	packages := tree(t)
	for folder, p := range packages {
		if folder == "backend" {
			if len(p.GoFiles) > 0 {
				t.Error("backend itself holds nothing but this test")
			}
			continue
		}
		r, known := rules[folder]
		if !known {
			t.Errorf("%s is not in the table: say there what it may import, and why no more", folder)
			continue
		}
		for _, name := range ours(p.Imports...) {
			if !slices.Contains(strings.Fields(r.may), name) {
				t.Errorf("%s imports %s: %s", folder, name, r.reason)
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(rules)) {
		if packages[folder] == nil {
			t.Errorf("%s is in the table and nowhere else", folder)
		}
	}
}

func TestStrangersDoNotMeetInTestsEither(t *testing.T) {
	packages := tree(t)
	group := map[string]int{} // by the outermost package
	for i, names := range strangers {
		for _, name := range names {
			group[name] = i
			if packages["backend/"+name] == nil {
				t.Errorf("there is no package %s", name)
			}
		}
	}
	// groupOf returns the group of "serve/stream" by that of "serve".
	groupOf := func(name string) (i int, ok bool) {
		outermost, _, _ := strings.Cut(strings.TrimPrefix(name, "backend/"), "/")
		i, ok = group[outermost]
		return i, ok
	}
	for folder, p := range packages {
		mine, ok := groupOf(folder)
		if !ok {
			continue
		}
		for _, name := range ours(slices.Concat(p.Imports, p.TestImports, p.XTestImports)...) {
			if theirs, ok := groupOf(name); ok && theirs != mine {
				t.Errorf("%s imports %s: %s", folder, name, rules[folder].reason)
			}
		}
	}
}

func TestTheWordsNeedNothingButTheStandardLibrary(t *testing.T) {
	for _, path := range tree(t)["backend/live"].Imports {
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
			t.Errorf("live imports %s: every package would depend on it", path)
		}
	}
}
