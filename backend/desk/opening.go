package desk

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"sync"

	"signalbox/backend/live"
)

// An Opening is the page that the window shows while the history of an older
// version is migrated, which takes minutes for many millions of messages. After
// Finish it passes all requests on to the dashboard. Its methods may be called
// by anybody.
type Opening struct {
	mu    sync.Mutex
	state openingState
	next  http.Handler // nil until Finish
}

// An openingState is the answer to the page's requests.
type openingState struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
	Ready bool  `json:"ready"` // the page must reload
}

// Progress sets how many messages are done, and how many there are.
func (o *Opening) Progress(done, total int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state.Done, o.state.Total = done, total
}

// Finish makes the window load page or, after an error, the page that shows the
// error.
func (o *Opening) Finish(page http.Handler, err error) {
	if err != nil {
		page = StartError(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next, o.state.Ready = page, true
}

// ServeHTTP answers the window.
func (o *Opening) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	state, next := o.state, o.next
	o.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case r.URL.Path == "/opening":
		w.Header().Set("Content-Type", "application/json")
		// An error means that the page has gone.
		_ = json.NewEncoder(w).Encode(state)
	case next != nil:
		next.ServeHTTP(w, r)
	case r.URL.Path == "/" || r.URL.Path == "/index.html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", openingPolicy)
		_ = openingPage.Execute(w, nil)
	default:
		http.NotFound(w, r)
	}
}

var openingPolicy = plainPolicy(openingStyle, openingScript)

var openingPage = template.Must(template.New("opening").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signalbox</title><style>` + openingStyle + `</style></head><body><main role="status"><h1>Bringing your history to its new form</h1>
<p>This version keeps messages in a new way. Nothing is lost if you close the window: the next start goes on from here.</p>
<progress id="bar" aria-label="Progress"></progress><p class="hint" id="words">&nbsp;</p></main><script>` + openingScript + `</script></body></html>
`))

const openingStyle = plainStyle + `
progress{width:100%;height:6px;margin:.75rem 0;accent-color:#6ea8fe}
`

const openingScript = `
async function look() {
  try {
    const s = await (await fetch('/opening')).json();
    if (s.ready) return location.reload();
    if (s.total > 0) {
      bar.max = s.total; bar.value = s.done;
      words.textContent = Math.floor(100 * s.done / s.total) + ' % of ' + s.total.toLocaleString('en-US') + ' messages';
    }
  } catch {}
  setTimeout(look, 300);
}
look();
`

// plainStyle is the style of the pages of this package.
const plainStyle = `
body{margin:0;display:grid;place-content:center;height:100vh;font:15px/1.5 system-ui,sans-serif;background:#0c0e12;color:#e7eaf0}
main{max-width:34rem;padding:2rem}h1{font-size:18px;margin:0 0 .75rem}p{margin:.4rem 0}.hint{color:#99a3b3}
@media (prefers-color-scheme:light){body{background:#fff;color:#171a21}.hint{color:#566072}}
`

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

// asError returns an error in the form that is shown to a user.
func asError(err error) *live.Error {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	return live.Errorf("start", "{reason}", "reason", err)
}
