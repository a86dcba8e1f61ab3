package desk

import (
	"errors"
	"html/template"
	"net/http"

	"signalbox/backend/live"
)

// Trouble is what the window shows when Signalbox cannot start: the sentence
// and what to do, where nobody would see standard error.
func Trouble(err error) http.Handler {
	e, ok := errors.AsType[*live.Error](err)
	if !ok {
		e = live.Errorf("start", "%v", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && r.URL.Path != "/index.html" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		troublePage.Execute(w, e)
	})
}

var troublePage = template.Must(template.New("trouble").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signalbox</title><style>
body{margin:0;display:grid;place-content:center;height:100vh;font:15px/1.5 system-ui,sans-serif;background:#0c0e12;color:#e7eaf0}
main{max-width:34rem;padding:2rem}h1{font-size:18px;margin:0 0 .75rem}p{margin:.4rem 0}.hint{color:#99a3b3}
@media (prefers-color-scheme:light){body{background:#fff;color:#171a21}.hint{color:#566072}}
</style></head><body><main role="alert"><h1>Signalbox cannot start</h1><p>{{.Message}}</p><p class="hint">{{.Hint}}</p></main></body></html>
`))
