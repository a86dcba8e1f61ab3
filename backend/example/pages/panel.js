// The panel beside an example: its files as the server sends them, what the server
// does, and the bytes of the stream.

import { words } from './words.js'

const panel = document.querySelector('#source')
const server = panel.querySelector('#server')
const tabs = panel.insertBefore(document.createElement('div'), panel.firstChild)
tabs.setAttribute('role', 'tablist')
tabs.setAttribute('aria-label', words.source)
let wire // aborts the reading of the stream

for (const pre of panel.querySelectorAll('pre.curl')) {
  pre.textContent = pre.textContent.replaceAll('http://127.0.0.1:4480', location.origin)
}

for (const file of panel.dataset.files.split(' ')) {
  const pre = document.createElement('pre')
  tab(file, pre, async () => {
    if (pre.textContent) return
    pre.textContent = await fetch(file).then((r) => r.text()).catch(() => words.noFile)
  })
}
tab(words.server, server)
const raw = document.createElement('pre')
tab(words.wire, raw, () => read(panel.dataset.wire))
select(tabs.firstChild)

function tab(name, content, shown) {
  const button = document.createElement('button')
  const id = `tab-${tabs.children.length}`
  Object.assign(button, { type: 'button', id, textContent: name })
  const body = document.createElement('div')
  body.id = `${id}-panel`
  body.append(content)
  panel.append(body)
  content.hidden = false
  button.setAttribute('role', 'tab')
  button.setAttribute('aria-controls', body.id)
  body.setAttribute('role', 'tabpanel')
  body.setAttribute('aria-labelledby', id)
  body.tabIndex = 0
  button.addEventListener('click', () => select(button))
  button.shown = shown
  tabs.append(button)
}

function select(button) {
  wire?.abort()
  for (const other of tabs.children) {
    const chosen = other === button
    other.setAttribute('aria-selected', chosen)
    other.tabIndex = chosen ? 0 : -1
    document.getElementById(`${other.id}-panel`).hidden = !chosen
  }
  button.shown?.()
}

tabs.addEventListener('keydown', (e) => {
  const all = [...tabs.children]
  const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key]
  if (!step) return
  const next = all.at((all.indexOf(document.activeElement) + step) % all.length)
  next.focus()
  select(next)
})

// read shows a stream byte for byte, with the comments that an EventSource does not
// report. It is a second connection, so it ends when another tab is chosen.
async function read(url) {
  wire = new AbortController()
  const box = raw.parentElement
  raw.textContent = `> GET ${url}\n\n`
  try {
    const answer = await fetch(url, { headers: { Accept: 'text/event-stream' }, signal: wire.signal })
    const text = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let part; !(part = await text.read()).done;) {
      const { scrollHeight, scrollTop, clientHeight } = box
      raw.textContent = (raw.textContent + part.value).slice(-20_000)
      if (scrollHeight - scrollTop - clientHeight < 30) box.scrollTop = box.scrollHeight
    }
    raw.textContent += `\n${words.streamClosed}`
  } catch (error) {
    if (error.name !== 'AbortError') raw.textContent += `\n${words.streamEnded(error.message)}`
  }
}
addEventListener('pagehide', () => wire?.abort())
