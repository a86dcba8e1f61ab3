import { attempt, follow, item, post, publish, stored, tidy } from './shared.js'
import { words } from './words.js'

const list = document.querySelector('#list')
const form = document.querySelector('#form')
const toggle = document.querySelector('#toggle')
const seen = new Set() // ids
let source

function open() {
  seen.clear()
  list.replaceChildren()
  source = follow(new EventSource('/sse'))
  // A new connection first gets the newest message.
  source.onmessage = (e) => show(e.lastEventId, e.data, new Date(), 'prepend')
  source.addEventListener('open', history, { once: true })
  toggle.textContent = words.doClose
}

function close() {
  source.close()
  toggle.textContent = words.doOpen
}

// Loads earlier messages. The stream is open by then, so no message in between is
// missed; one that arrives twice is shown once.
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
    // A browser resolves "." and ".." in an address.
    const answer = /^\.\.?$/.test(text)
      ? await publish('messages', 'message', text)
      : await post(`/add-message/${encodeURIComponent(text)}`)
    form.reset()
    return words.stored(answer.position)
  })
})

toggle.addEventListener('click', () => {
  if (source.readyState === EventSource.CLOSED) open()
  else close()
})
tidy(close, open)
open()
