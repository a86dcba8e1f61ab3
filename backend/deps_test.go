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

// A rule says which packages of ours a package may import outside its tests, and
// why it may import no others.
type rule struct {
	folder string
	may    string // the paths below backend/, separated by spaces
	reason string
}

// rules lists the packages in the order in which they can be read: each stands
// behind all packages that it may import.
var rules = []rule{
	{"backend/english", "", "it writes parts of the sentences of live"},
	{"backend/live", "english", "every package imports its types, and would depend on all that live imports"},
	{"backend/broadcast", "", "it wakes goroutines that wait for any change, so it knows no type of change"},
	{"backend/setting", "live", "many packages read settings, and would depend on every package that setting imports"},
	{"backend/clock", "", "the age of messages must not depend on the store or the journal that deletes them"},
	{"backend/disk", "", "it works with files and error numbers, for callers that store different things"},
	{"backend/wire", "live", "the forms of a message are the same in feeds, in streams and in the command line, so wire imports none of them"},

	{"backend/field", "", "values are read in a page, in a watch and in a chart in the same way, and none of them knows the others"},
	{"backend/filter/syntax", "live", "the language is parsed without a journal or a store, in a server as well as on the command line"},
	{"backend/filter/decimal", "field", "numbers are compared without knowing what asks"},
	{"backend/filter", "live field filter/decimal filter/syntax", "one message is tested without a journal or a store, which only narrow what it has to test"},

	{"backend/output", "live", "a file is written in the same way for a command and for the window"},
	{"backend/export", "live wire field", "messages are written in the same way for every client, so it knows neither a journal nor HTTP"},

	{"backend/journal/recent", "live broadcast", "many readers share these messages, so they must not depend on one kind of reader"},
	{"backend/journal/sources", "live", "the journal keeps this list equal to the store's, so the list must not read the store itself"},
	{"backend/journal/cursor", "live journal/recent journal/sources", "a reader that could reach the writer could hold it up"},
	{"backend/journal", "live journal/recent journal/sources journal/cursor", "its order and its commits are tested without a database, HTTP or a network"},
	{"backend/journal/journaltest", "live journal filter", "the same tests must run against every store"},

	{"backend/sqlite/conn", "live disk", "it runs any SQL on a file, so it knows no table"},
	{"backend/sqlite/schema", "live sqlite/conn", "the tables exist before a package that reads or writes them runs"},
	{"backend/sqlite/database", "live clock disk sqlite/conn sqlite/schema", "a file is opened, locked and repaired in the same way whatever its tables hold"},
	{"backend/sqlite/trim", "live sqlite/conn", "it deletes within its caller's transaction, so it opens no file"},
	{"backend/sqlite/insert", "live sqlite/conn sqlite/trim", "it inserts within its caller's transaction, and compares messages with tombstones"},
	{"backend/sqlite/signature", "", "what a signature leaves out is tested without a file, a database or a filter"},
	{"backend/sqlite/summary", "live", "what a summary counts is tested without a file, a database or a filter"},
	{"backend/sqlite/index", "live disk sqlite/conn sqlite/database sqlite/signature sqlite/summary", "it is built from the stored messages alone, and may lack any of them, so nothing else may depend on it but searches"},
	{"backend/sqlite/row", "live sqlite/conn", "a row is read in the same way whatever query selects it"},
	{"backend/sqlite/query", "live filter filter/syntax sqlite/conn sqlite/database sqlite/index sqlite/row sqlite/signature", "reads use connections of their own, so they must not depend on how messages are written"},
	{"backend/sqlite/count", "live sqlite/conn sqlite/database sqlite/index sqlite/summary", "it reads matches through an interface, so it does not depend on how a filter becomes SQL"},
	{"backend/sqlite/installation", "live sqlite/conn sqlite/database", "another Signalbox may share a journal, but never what belongs to this installation"},
	{"backend/sqlite/backup", "live sqlite/conn sqlite/schema sqlite/database", "it copies the file of a program that runs, so it shares nothing with that but the file"},
	{"backend/sqlite", "live sqlite/conn sqlite/database sqlite/index sqlite/insert sqlite/trim sqlite/query sqlite/count sqlite/installation", "it implements the interface of the journal, so the journal can be tested with another store"},

	{"backend/shape", "field live journal", "it reads what the journal has committed, whoever wrote it, and holds no writer up"},
	{"backend/publish", "live setting wire journal journal/recent", "the HTTP API, the examples and the samples publish through it, so it knows none of them"},

	{"backend/eventstream", "live wire", "the parser is tested against the standard without a feed, a socket or a journal"},
	{"backend/disconnect", "live", "a reason can come from the network, the server or the user, so it imports none of their packages"},
	{"backend/secrets", "live broadcast disk", "how secrets are stored must not depend on the feeds that use them"},
	{"backend/secrets/secretstest", "", "the tests of secrets use this keyring, so it cannot import secrets"},
	{"backend/dial", "field live disconnect eventstream secrets", "an attempt does not depend on earlier attempts, nor on where its events are stored"},
	{"backend/suspend", "", "it only reports that the machine was asleep; its callers decide what to do"},
	{"backend/health", "live disconnect", "it may be asked at any moment, so it must not connect or write"},
	{"backend/ingest", "live broadcast journal wire disconnect eventstream", "feeds and the tail command turn events into messages in the same way, so it does not know how they connect"},
	{"backend/follow", "english live setting dial disconnect eventstream ingest", "the tail command follows a stream without a journal, stored feeds and their secrets"},
	{"backend/feed", "live setting broadcast journal wire secrets dial disconnect eventstream health ingest suspend", "the server reads a feed's messages from the journal; from feed itself it could get messages that are not committed"},

	{"backend/serve/budget", "", "requests of different kinds share a budget, so it knows none of them"},
	{"backend/serve/httpapi", "live journal wire serve/budget filter filter/syntax", "all routes read requests and write errors in the same way, so it knows no route"},
	{"backend/serve/listener", "live", "connections are counted and refused before a request is read"},
	{"backend/serve/guard", "live serve/httpapi serve/listener", "access is decided before a route runs, so it does not depend on the route"},
	{"backend/serve/framecache", "live journal journal/cursor wire", "frames are the same for all clients, so it knows no client"},
	{"backend/serve/stream", "live journal journal/cursor wire serve/budget serve/framecache serve/httpapi filter", "a stream sends only what the journal has committed, and access was decided before"},
	{"backend/serve/history", "field filter live journal wire serve/budget serve/httpapi", "a page shows only what the journal has committed, and access was decided before"},
	{"backend/serve/exports", "live export journal serve/history serve/httpapi", "it reads and selects as a page does, and only the forms differ"},
	{"backend/serve/gapcount", "live", "it counts what any journal has, whoever wrote it"},
	{"backend/serve/console", "broadcast live journal wire serve/gapcount serve/httpapi", "it reaches feeds, samples, settings and clients through interfaces, so it is tested without them"},
	{"backend/serve/bookmarks", "live journal wire serve/httpapi", "a bookmark is about a message that is committed, and access was decided before"},
	{"backend/serve/dashboard", "live serve/guard serve/httpapi", "it serves files and signs browsers in, so it needs no messages"},
	{"backend/serve/moment", "live serve/httpapi", "it reads recorded attempts through an interface, so it needs neither a feed nor a database"},
	{"backend/serve", "live setting journal wire publish serve/bookmarks serve/console serve/dashboard serve/exports serve/guard serve/history serve/httpapi serve/listener serve/moment serve/stream", "it reaches feeds and examples through interfaces, so each can be tested and replaced without the other"},

	{"backend/example", "live wire journal publish filter", "the examples show what any program can do, so they use nothing that only Signalbox has"},
	{"backend/example/exampletest", "live wire journal publish sqlite", "the tests inside example and sample use it, so it cannot import these packages"},
	{"backend/sample", "live broadcast journal example", "the sample servers behave like remote servers, so they know nothing of feeds"},

	{"backend/node", "live setting journal publish shape disk sqlite sqlite/index sqlite/installation feed secrets serve example sample", "it joins all parts, and must work without a window"},
	{"backend/desk", "english live node output", "a window that used the parts of a node directly could show what a browser does not"},
	{"backend/cli/flags", "live setting", "it reads the settings of every command, so it knows none"},
	{"backend/cli/remote", "live cli/flags setting dial node", "it finds and asks the running Signalbox for every command, so it knows none"},
	{"backend/cli", "live cli/flags cli/remote output export setting sqlite/backup wire follow node filter", "commands reach a running Signalbox over HTTP; a second program must not open its journal, and only a backup reads its file"},
	{".", "live node desk cli", "it only starts a command or the window"},
}

// separated are groups of packages, each with the packages inside it. A package
// never imports one of another group, not even in its tests: the groups share
// only the journal.
var separated = [][]string{
	{"feed", "follow", "ingest", "health", "secrets", "suspend", "dial", "eventstream", "disconnect"},
	{"serve"},
	{"example", "sample"},
}

// tree returns the module's packages by their folders.
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
	listed := map[string]bool{"backend": true}
	for _, r := range rules {
		listed[r.folder] = true
		p := packages[r.folder]
		if p == nil {
			t.Errorf("%s is in the table and does not exist", r.folder)
			continue
		}
		imports := ours(p.Imports...)
		for _, name := range imports {
			if !slices.Contains(strings.Fields(r.may), name) {
				t.Errorf("%s imports %s: %s", r.folder, name, r.reason)
			}
		}
		for name := range strings.FieldsSeq(r.may) {
			if !slices.Contains(imports, name) {
				t.Errorf("%s may import %s and does not: remove it from the table", r.folder, name)
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		if !listed[folder] {
			t.Errorf("%s is not in the table: add which packages it may import, and why no others", folder)
		}
	}
	if p := packages["backend"]; len(p.GoFiles) > 1 || len(p.Imports) > 0 {
		t.Errorf("backend has only tests and doc.go, not %v", p.GoFiles)
	}
}

func TestTheTableIsInReadingOrder(t *testing.T) {
	read := map[string]bool{}
	for _, r := range rules {
		for name := range strings.FieldsSeq(r.may) {
			if !read[name] {
				t.Errorf("%s may import %s, so it must stand behind it in the table", r.folder, name)
			}
		}
		read[strings.TrimPrefix(r.folder, "backend/")] = true
	}
}

func TestSeparatedPackagesDoNotImportEachOtherEvenInTests(t *testing.T) {
	packages := tree(t)
	group := map[string]int{} // by the outermost package
	for i, names := range separated {
		for _, name := range names {
			group[name] = i
			if packages["backend/"+name] == nil {
				t.Errorf("there is no package %s", name)
			}
		}
	}
	// groupOf returns the group of "serve" for "serve/stream".
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
				t.Errorf("%s imports %s: the two are separated, and share only the journal", folder, name)
			}
		}
	}
}

func TestLiveImportsOnlyTheStandardLibrary(t *testing.T) {
	for _, path := range tree(t)["backend/live"].Imports {
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
			t.Errorf("live imports %s: every package would depend on it", path)
		}
	}
}
