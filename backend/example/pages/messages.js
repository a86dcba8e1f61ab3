import { attempt, follow, item, post, publish, stored, tidy } from './shared.js'

const list = document.querySelector('#list')
const form = document.querySelector('#form')
const toggle = document.querySelector('#toggle')
const seen = new Set() // ids
let source

function open() {
  seen.clear()
  list.replaceChildren()
  source = follow(new EventSource('/sse'))
  // The first message on connecting is the newest one of the store.
  source.onmessage = (e) => show(e.lastEventId, e.data, new Date(), 'prepend')
  source.addEventListener('open', history, { once: true })
  toggle.textContent = 'Close'
}

function close() {
  source.close()
  toggle.textContent = 'Open'
}

// What was published before. It is asked for when the stream is already open,
// so that nothing can slip between the two; what comes twice is shown once.
async function history() {
  for (const m of (await stored('messages', 20)).reverse()) {
    if (m.kind === 'event') show(m.id, m.data, new Date(m.received), 'append')
  }
}

function show(id, text, time, where) {
  if (seen.has(id)) return
  seen.add(id)
  list[where](item(time, text, id))
  document.querySelector('#empty').hidden = true
  while (list.children.length > 100) list.lastChild.remove()
}

form.addEventListener('submit', (e) => {
  e.preventDefault()
  const text = form.elements.text.value
  attempt(document.querySelector('#result'), async () => {
    // A browser takes "." and ".." in an address for folders.
    const answer = /^\.\.?$/.test(text)
      ? await publish('messages', 'message', text)
      : await post(`/add-message/${encodeURIComponent(text)}`)
    form.reset()
    return `Stored as ${answer.position}.`
  })
})

toggle.addEventListener('click', () => {
  if (source.readyState === EventSource.CLOSED) open()
  else close()
})
tidy(close, open)
open()
