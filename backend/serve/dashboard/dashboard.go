package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/serve/guard"
	"signalbox/backend/serve/httpapi"
)

//go:embed pages
var pages embed.FS

// policy lets our pages load what this server serves, and nothing else. There
// is no unsafe-inline: should the text of a message ever get into the page as
// markup, no script in it would run.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// A Look returns the settings language and theme.
type Look func() (language, theme string)

// A Dashboard serves the dashboard.
type Dashboard struct {
	assets fs.FS // nil in a program that was built without them
	look   Look  // nil for the system's language and theme
	guard  *guard.Guard
	bodies *httpapi.Bodies
}

// New returns a Dashboard with those files and that look.
func New(assets fs.FS, look Look, g *guard.Guard, bodies *httpapi.Bodies) *Dashboard {
	return &Dashboard{assets, look, g, bodies}
}

// Page answers GET / with the dashboard, for a browser that is signed in.
// ?token= signs in.
func (d *Dashboard) Page(w http.ResponseWriter, r *http.Request) error {
	// In the window too. Wails adds two scripts to the page there, which come
	// from the page's own origin.
	w.Header().Set("Content-Security-Policy", policy)
	if httpapi.FromWindow(r) {
		return d.index(w, r)
	}
	if token := r.URL.Query().Get("token"); token != "" {
		if err := d.guard.CheckToken(r, token); err != nil {
			d.WriteSignIn(w, r, err)
			return nil
		}
		d.guard.SignIn(w, r)
		// The token must not stay in the address bar and the history.
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	if err := d.guard.Authorize(guard.Console, r); err != nil {
		d.WriteSignIn(w, r, err)
		return nil
	}
	return d.index(w, r)
}

func (d *Dashboard) index(w http.ResponseWriter, r *http.Request) error {
	if d.assets != nil {
		if page, err := fs.ReadFile(d.assets, "index.html"); err == nil {
			h := w.Header()
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Type", contentTypes[".html"])
			_, _ = w.Write(d.dressed(page))
			return nil
		}
	}
	return writeFile(w, pages, d.inLanguage(r, "pages/unbuilt"))
}

// inLanguage returns the file of a page in the language of the setting or of the
// browser.
func (d *Dashboard) inLanguage(r *http.Request, name string) string {
	choice := ""
	if d.look != nil {
		choice, _ = d.look()
	}
	if live.PageLanguage(choice, r.Header.Get("Accept-Language")) == "zh" {
		name += ".zh"
	}
	return name + ".html"
}

// dressed returns the page with the settings language and theme in its root
// element. public/early.js and main.ts read them before the first paint: otherwise
// whoever chose light colours would see a dark page for a moment.
func (d *Dashboard) dressed(page []byte) []byte {
	if d.look == nil {
		return page
	}
	language, theme := d.look()
	root := fmt.Sprintf(`<html data-language="%s" data-theme-choice="%s"`, html.EscapeString(language), html.EscapeString(theme))
	return bytes.Replace(page, []byte("<html"), []byte(root), 1)
}

// File answers with a file of the dashboard, and reports whether there is one.
// The files are no secret: whoever has the program has them.
func (d *Dashboard) File(w http.ResponseWriter, r *http.Request) (bool, error) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if r.Method != http.MethodGet && r.Method != http.MethodHead || d.assets == nil || !fs.ValidPath(name) || name == "index.html" {
		return false, nil
	}
	info, err := fs.Stat(d.assets, name)
	if err != nil || !info.Mode().IsRegular() {
		return false, nil
	}
	if strings.HasPrefix(name, "assets/") { // the build puts a hash into these names
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	if path.Ext(name) == ".js" { // a worker has the policy of its own script
		w.Header().Set("Content-Security-Policy", policy)
	}
	return true, writeFile(w, d.assets, name)
}

// contentTypes are listed here because the machine's own list may lack fonts or
// have scripts as text.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2",
	".json": "application/json", ".map": "application/json", ".txt": "text/plain; charset=utf-8",
}

// writeFile answers with a whole file, never with 304: WebView2 takes that for
// an error.
func writeFile(w http.ResponseWriter, files fs.FS, name string) error {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return live.Errorf("not_found/file", "There is no file {name}.", "name", path.Base(name)).WithCause(err)
	}
	contentType := contentTypes[path.Ext(name)]
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(content) // a browser that has left does not miss it
	return nil
}
