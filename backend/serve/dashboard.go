package serve

import (
	"bytes"
	"embed"
	"errors"
	"html"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"signalbox/backend/live"
)

//go:embed pages
var pages embed.FS

// policy lets our pages load what this server serves, and nothing else. There
// is no unsafe-inline: should the text of a message ever get into the page as
// markup, no script in it would run.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// dashboard shows the dashboard to who is signed in. ?token= signs in.
func (s *Server) dashboard(w http.ResponseWriter, r *http.Request) error {
	// In the window too. Wails adds two scripts to the page there, which come
	// from the page's own origin.
	w.Header().Set("Content-Security-Policy", policy)
	if windowed(r.Context()) {
		return s.index(w, r)
	}
	if token := r.URL.Query().Get("token"); token != "" {
		if err := s.try(r, token); err != nil {
			signInPage(w, err)
			return nil
		}
		s.sessions.begin(w, r)
		// The token must not stay in the address bar and the history.
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	if err := s.admit(console, r); err != nil {
		signInPage(w, err)
		return nil
	}
	return s.index(w, r)
}

func (s *Server) index(w http.ResponseWriter, r *http.Request) error {
	assets := s.config().Assets
	if assets != nil {
		if _, err := fs.Stat(assets, "index.html"); err == nil {
			w.Header().Set("Cache-Control", "no-store")
			return serveFile(w, assets, "index.html", http.StatusOK)
		}
	}
	return serveFile(w, pages, "pages/unbuilt.html", http.StatusOK)
}

// asset serves a file of the dashboard, and reports whether there is one. The
// files are no secret: whoever has the program has them.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) (bool, error) {
	assets, name := s.config().Assets, strings.TrimPrefix(r.URL.Path, "/")
	if r.Method != http.MethodGet && r.Method != http.MethodHead || assets == nil || !fs.ValidPath(name) || name == "index.html" {
		return false, nil
	}
	info, err := fs.Stat(assets, name)
	if err != nil || !info.Mode().IsRegular() {
		return false, nil
	}
	// What the build puts there has a hash in its name.
	if strings.HasPrefix(name, "assets/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	return true, serveFile(w, assets, name, http.StatusOK)
}

// signInPage asks for the token, and says what is wrong with one that was given.
func signInPage(w http.ResponseWriter, err error) {
	page, problem := pageOf("signin.html"), ""
	status := http.StatusUnauthorized
	if e, ok := errors.AsType[*live.Error](err); ok && e.Code != "no_token" {
		problem, status = e.Message, statusOf(e)
	}
	page = bytes.Replace(page, []byte("{{problem}}"), []byte(html.EscapeString(problem)), 1)
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", types[".html"])
	w.WriteHeader(status)
	_, _ = w.Write(page) // who has gone does not miss it
}

func pageOf(name string) []byte {
	page, err := pages.ReadFile("pages/" + name)
	if err != nil {
		panic(err) // the page is compiled in
	}
	return page
}

func (s *Server) signInFile(w http.ResponseWriter, r *http.Request) error {
	name := "pages/" + r.PathValue("file")
	if ext := path.Ext(name); ext != ".css" && ext != ".js" {
		return live.Errorf("not_found", "There is nothing at %s.", r.URL.Path)
	}
	w.Header().Set("Cache-Control", "no-cache")
	return serveFile(w, pages, name, http.StatusOK)
}

// types are said here and not left to the machine's own list, in which fonts
// are missing or scripts are text.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2",
	".json": "application/json", ".map": "application/json", ".txt": "text/plain; charset=utf-8",
}

// serveFile answers with a whole file, never with 304: WebView2 takes that
// for an error.
func serveFile(w http.ResponseWriter, files fs.FS, name string, status int) error {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return live.Errorf("not_found", "There is no file %s.", path.Base(name)).WithCause(err)
	}
	kind := types[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(content) // who has gone does not miss it
	return nil
}
