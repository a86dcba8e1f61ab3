package desk

import (
	"encoding/json"
	"html/template"
	"net/http"
	"sync"
)

// A MigrationPage is the page that the window shows while the history of an older
// version is migrated. That lasts minutes for many millions of messages. After
// Finish it passes all requests on to the dashboard. Its methods may be called
// from any goroutine.
type MigrationPage struct {
	Chinese Catalogue // for the page of an error

	mu    sync.Mutex
	state migrationState
	next  http.Handler // nil until Finish
}

// A migrationState is the answer to the page's requests.
type migrationState struct {
	Done  int64 `json:"done"`  // messages
	Total int64 `json:"total"` // messages
	Ready bool  `json:"ready"` // the page must reload
}

// Progress sets the count of migrated messages and of all messages.
func (p *MigrationPage) Progress(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Done, p.state.Total = done, total
}

// Finish makes page replace this one at its next poll. After an error, the page of
// StartError replaces it.
func (p *MigrationPage) Finish(page http.Handler, err error) {
	if err != nil {
		page = StartError(err, p.Chinese)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next, p.state.Ready = page, true
}

// ServeHTTP answers the requests of the window.
func (p *MigrationPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	state, next := p.state, p.next
	p.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case r.URL.Path == "/opening":
		w.Header().Set("Content-Type", "application/json")
		// An error means that the window was closed.
		_ = json.NewEncoder(w).Encode(state)
	case next != nil:
		next.ServeHTTP(w, r)
	case r.URL.Path == "/" || r.URL.Path == "/index.html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", migrationPolicy)
		_ = migrationTemplate.Execute(w, nil)
	default:
		http.NotFound(w, r)
	}
}

var migrationPolicy = plainPolicy(migrationStyle, migrationScript)

var migrationTemplate = template.Must(template.New("migration").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signalbox</title><style>` + migrationStyle + `</style></head><body><main role="status"><h1 data-zh="正在转换历史记录的存储格式">Bringing your history to its new form</h1>
<p data-zh="此版本以新的方式存储消息。关闭窗口不会丢失任何内容，下次启动时会从这里继续。">This version keeps messages in a new way. Nothing is lost if you close the window: the next start goes on from here.</p>
<progress id="bar" aria-labelledby="words"></progress><p class="hint" id="words">&nbsp;</p></main><script>` + migrationScript + `</script></body></html>
`))

const migrationStyle = plainStyle + `
progress{width:100%;height:6px;margin:.75rem 0;accent-color:#6ea8fe}
`

const migrationScript = languageScript + `
async function poll() {
  try {
    const s = await (await fetch('/opening')).json();
    if (s.ready) return location.reload();
    if (s.total > 0) {
      bar.max = s.total; bar.value = s.done;
      const tag = zh ? 'zh-CN' : 'en', total = s.total.toLocaleString(tag);
      const percent = (Math.floor(100 * s.done / s.total) / 100).toLocaleString(tag, { style: 'percent' });
      words.textContent = zh ? '共 ' + total + ' 条消息，已完成 ' + percent : percent + ' of ' + total + ' messages';
    }
  } catch {}
  setTimeout(poll, 300);
}
poll();
`
