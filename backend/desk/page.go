package desk

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"signalbox/backend/live"
)

// plainStyle is the style of the pages of this package.
const plainStyle = `
body{margin:0;display:grid;place-content:center;height:100vh;font:15px/1.5 system-ui,sans-serif;background:#0c0e12;color:#e7eaf0}
main{max-width:34rem;padding:2rem}h1{font-size:18px;margin:0 0 .75rem}p{margin:.4rem 0}.hint{color:#99a3b3}
@media (prefers-color-scheme:light){body{background:#fff;color:#171a21}.hint{color:#566072}}
`

// languageScript shows a page in Chinese if that is the first language of the
// system that is one of ours. The setting is in the history, which is not open
// yet, and a window's requests need not have Accept-Language.
const languageScript = `
const zh = navigator.languages.map((name) => name.toLowerCase().split('-')[0]).find((name) => name === 'zh' || name === 'en') === 'zh';
if (zh) {
  document.documentElement.lang = 'zh-CN';
  for (const it of document.querySelectorAll('[data-zh]')) it.textContent = it.dataset.zh;
}
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

// asError returns err as a live.Error, which has a sentence for the user.
func asError(err error) *live.Error {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	return live.Errorf("start", "{reason}", "reason", err)
}
