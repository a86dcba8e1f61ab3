package desk

import (
	"html/template"
	"net/http"
)

// Trouble is what the window shows when Signalbox cannot start: the sentence
// and what to do, where nobody would see standard error.
func Trouble(err error) http.Handler {
	e := asError(err)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && r.URL.Path != "/index.html" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", troublePolicy)
		troublePage.Execute(w, e)
	})
}

var troublePolicy = plainPolicy(plainStyle, "")

var troublePage = template.Must(template.New("trouble").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signalbox</title><style>` + plainStyle + `</style></head><body><main role="alert"><h1>Signalbox cannot start</h1><p>{{.Message}}</p><p class="hint">{{.Hint}}</p></main></body></html>
`))
