package desk

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"

	"signalbox/backend/live"
)

//go:embed pages
var files embed.FS

// A plainPage is a page that needs nothing but itself: its template, style and
// script are files of the folder pages. The script begins with language.js, which
// shows the page in Chinese if that is the first language of the system that is
// one of ours: the setting is in the history, which is not open yet, and a
// window's requests need not have Accept-Language.
type plainPage struct {
	template      *template.Template
	style, script string
}

func newPlainPage(name string, scripts ...string) *plainPage {
	read := func(file string) string {
		text, err := files.ReadFile("pages/" + file)
		if err != nil {
			panic(err) // the file is compiled in
		}
		return string(text)
	}
	p := &plainPage{template.Must(template.New(name).Parse(read(name))), read("plain.css"), read("language.js")}
	for _, file := range scripts {
		p.script += read(file)
	}
	return p
}

// write answers with the page, if it is what the request asks for. The template
// has the texts by their names.
func (p *plainPage) write(w http.ResponseWriter, r *http.Request, texts map[string]string) {
	if r.URL.Path != "/" && r.URL.Path != "/index.html" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", plainPolicy(p.style, p.script))
	// An error means that the window was closed.
	_ = p.template.Execute(w, struct {
		Style  template.CSS
		Script template.JS
		Text   map[string]string
	}{template.CSS(p.style), template.JS(p.script), texts})
}

// plainPolicy returns a content security policy that allows a page its own style
// and script, by their hashes, and the scripts that Wails adds.
func plainPolicy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; script-src 'self' " + hash(script) + "; style-src " + hash(style) +
		"; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// asError returns err as a live.Error, which has a sentence for the user.
func asError(err error) *live.Error {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	return live.Errorf("start", "{reason}", "reason", err)
}
