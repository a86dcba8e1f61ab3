import { attempt, follow, item, publish, stored, tidy } from './shared.js'
import { words } from './words.js'

const get = (id) => document.querySelector(id)
const list = get('#list')
const seen = new Set() // ids
let name, source

get('#name').value = sessionStorage.getItem('chat-name') ?? ''

get('#enter').addEventListener('submit', (e) => {
  e.preventDefault()
  if (name) return leave()
  name = get('#name').value.trim()
  if (!name) return
  sessionStorage.setItem('chat-name', name)
  open()
  get('#name').readOnly = true
  get('#door').textContent = words.leave
  get('#state').hidden = get('#room').hidden = false
  get('#text').focus()
})

function leave() {
  close()
  name = undefined
  showPresent([])
  get('#name').readOnly = false
  get('#door').textContent = words.enter
  get('#room').hidden = true
  get('#name').focus()
}

// The request has the name: whoever has a stream open is present.
function open() {
  seen.clear()
  list.replaceChildren()
  source = follow(new EventSource(`/examples/chat/events?name=${encodeURIComponent(name)}`))
  for (const type of ['say', 'join', 'leave']) {
    source.addEventListener(type, (e) => show(type, e.lastEventId, e.data, new Date(), true))
  }
  // Listen first, then load the state. In the other order a change in between
  // would be missed.
  source.addEventListener('open', loadPresent)
  source.addEventListener('open', history, { once: true })
}

function close() {
  source?.close()
}

async function loadPresent() {
  const answer = await fetch('/examples/chat/here').catch(() => null)
  if (answer?.ok) showPresent((await answer.json()).here)
}

async function history() {
  const messages = await stored('chat', 30)
  const first = list.firstChild // older messages go before those of the stream
  for (const m of messages) {
    if (m.kind === 'event') show(m.event, m.id, m.data, new Date(m.received), false, first)
  }
}

function show(type, id, data, time, isNew, before = null) {
  if (seen.has(id)) return
  seen.add(id)
  let said
  try { said = JSON.parse(data) } catch { return } // anybody may publish anything
  if (isNew && said.here) showPresent(said.here)
  const scroll = get('#scroll')
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40
  const text = { say: `${said.name}: ${said.text}`, join: words.came(said.name), leave: words.left(said.name) }[type]
  if (text) list.insertBefore(item(time, text, '', type === 'say' ? '' : 'note'), before)
  while (list.children.length > 300) list.firstChild.remove()
  if (atEnd) scroll.scrollTop = scroll.scrollHeight
}

function showPresent(names) {
  get('#here').replaceChildren(...names.map((n) => {
    const li = document.createElement('li')
    li.textContent = n === name ? words.you(n) : n
    return li
  }))
}

get('#form').addEventListener('submit', (e) => {
  e.preventDefault()
  const text = get('#text').value
  attempt(get('#result'), async () => {
    await publish('chat', 'say', { name, text })
    get('#form').reset()
  })
})

tidy(close, () => name && open())
