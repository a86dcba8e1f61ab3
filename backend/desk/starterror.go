package desk

import (
	"html/template"
	"net/http"
)

// StartError returns the page that the window shows when Signalbox cannot start:
// the error and its hint, in Chinese from the catalogue. Standard error may be
// invisible to the user.
func StartError(err error, chinese Catalogue) http.Handler {
	e := asError(err)
	sentence, hint := chinese.translate(e)
	said := map[string]string{"Message": e.Message, "Hint": e.Hint, "Sentence": sentence, "Advice": hint}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && r.URL.Path != "/index.html" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", startErrorPolicy)
		_ = startErrorPage.Execute(w, said) // an error means that the window was closed
	})
}

var startErrorPolicy = plainPolicy(plainStyle, languageScript)

var startErrorPage = template.Must(template.New("start error").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signalbox</title><style>` + plainStyle + `</style></head><body><main role="alert"><h1 data-zh="Signalbox 无法启动">Signalbox cannot start</h1><p data-zh="{{.Sentence}}">{{.Message}}</p><p class="hint" data-zh="{{.Advice}}">{{.Hint}}</p></main><script>` + languageScript + `</script></body></html>
`))
