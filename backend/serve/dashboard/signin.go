package dashboard

import (
	"bytes"
	"errors"
	"html"
	"net/http"
	"path"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// WriteSignIn answers with the page that asks for the token, in the language of
// the setting or of the browser. The page says what is wrong with a token that
// was given.
func (d *Dashboard) WriteSignIn(w http.ResponseWriter, r *http.Request, err error) {
	page, readErr := pages.ReadFile(d.inLanguage(r, "pages/signin"))
	if readErr != nil {
		panic(readErr) // the page is compiled in
	}
	problem, status := "", http.StatusUnauthorized
	if e, ok := errors.AsType[*live.Error](err); ok && e.Code != "no_token" {
		problem, status = e.Message, httpapi.Status(e)
		// The page has its own words for the errors of a token.
		if _, words, ok := bytes.Cut(page, []byte(" data-"+e.Code+`="`)); ok {
			words, _, _ = bytes.Cut(words, []byte(`"`))
			problem = string(words)
		}
	}
	page = bytes.Replace(page, []byte("{{problem}}"), []byte(html.EscapeString(problem)), 1)
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", contentTypes[".html"])
	h.Set("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(page) // a browser that has left does not miss it
}

// SignInFile answers GET /signin/{file} with a file of the sign-in page.
func (d *Dashboard) SignInFile(w http.ResponseWriter, r *http.Request) error {
	name := "pages/" + r.PathValue("file")
	if ext := path.Ext(name); ext != ".css" && ext != ".js" {
		return live.Errorf("not_found/path", "There is nothing at {path}.", "path", r.URL.Path)
	}
	w.Header().Set("Cache-Control", "no-cache")
	return writeFile(w, pages, name)
}

// SignIn answers POST /api/session. The body is {"token"}, or a form where the
// page has no script.
func (d *Dashboard) SignIn(w http.ResponseWriter, r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Body = http.MaxBytesReader(w, r.Body, httpapi.Unbudgeted)
		if err := d.guard.CheckToken(r, r.PostFormValue("token")); err != nil {
			d.WriteSignIn(w, r, err)
			return nil
		}
		d.guard.SignIn(w, r)
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	var body struct {
		Token string `json:"token"`
	}
	if err := d.bodies.ReadObject(w, r, &body); err != nil {
		return err
	}
	if body.Token == "" {
		return live.Errorf("no_token/empty", "The token is empty.").WithField("token")
	}
	if err := d.guard.CheckToken(r, body.Token); err != nil {
		return err
	}
	d.guard.SignIn(w, r)
	return httpapi.WriteNothing(w)
}

// SignOut answers DELETE /api/session.
func (d *Dashboard) SignOut(w http.ResponseWriter, r *http.Request) error {
	if err := d.guard.SignOut(w, r); err != nil {
		return err
	}
	return httpapi.WriteNothing(w)
}
