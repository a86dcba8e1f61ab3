package dashboard

import (
	"bytes"
	"embed"
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

// A Dashboard serves the dashboard.
type Dashboard struct {
	assets fs.FS // nil in a program that was built without them
	guard  *guard.Guard
	bodies *httpapi.Bodies
	theme  func() string
}

// New returns a Dashboard with those files. theme returns the user's choice of
// colours: "system", "light" or "dark".
func New(assets fs.FS, g *guard.Guard, bodies *httpapi.Bodies, theme func() string) *Dashboard {
	return &Dashboard{assets, g, bodies, theme}
}

// Page answers GET / with the dashboard, for a browser that is signed in.
// ?token= signs in.
func (d *Dashboard) Page(w http.ResponseWriter, r *http.Request) error {
	// In the window too. Wails adds two scripts to the page there, which come
	// from the page's own origin.
	w.Header().Set("Content-Security-Policy", policy)
	if httpapi.FromWindow(r) {
		return d.index(w)
	}
	if token := r.URL.Query().Get("token"); token != "" {
		if err := d.guard.CheckToken(r, token); err != nil {
			WriteSignIn(w, err)
			return nil
		}
		d.guard.SignIn(w, r)
		// The token must not stay in the address bar and the history.
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	if err := d.guard.Authorize(guard.Console, r); err != nil {
		WriteSignIn(w, err)
		return nil
	}
	return d.index(w)
}

func (d *Dashboard) index(w http.ResponseWriter) error {
	if d.assets != nil {
		if page, err := fs.ReadFile(d.assets, "index.html"); err == nil {
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Content-Type", contentTypes[".html"])
			// public/theme.js reads it before the first paint. Without it, whoever chose
			// light colours would see a dark page for a moment.
			choice := `<html data-theme-choice="` + html.EscapeString(d.theme()) + `"`
			_, _ = w.Write(bytes.Replace(page, []byte("<html"), []byte(choice), 1)) // a browser that has left does not miss it
			return nil
		}
	}
	return writeFile(w, pages, "pages/unbuilt.html")
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
