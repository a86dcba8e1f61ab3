import { attempt, follow, item, publish, stored, tidy } from './shared.js'

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
  get('#door').textContent = 'Leave'
  get('#state').hidden = get('#room').hidden = false
  get('#text').focus()
})

function leave() {
  close()
  name = undefined
  here([])
  get('#name').readOnly = false
  get('#door').textContent = 'Enter'
  get('#room').hidden = true
  get('#name').focus()
}

// The stream carries the name: as long as it is open, that somebody is here.
function open() {
  seen.clear()
  list.replaceChildren()
  source = follow(new EventSource(`/examples/chat/events?name=${encodeURIComponent(name)}`))
  for (const type of ['say', 'join', 'leave']) {
    source.addEventListener(type, (e) => show(type, e.lastEventId, e.data, new Date(), true))
  }
  // Listen first, then ask how things are: else a change could slip between.
  source.addEventListener('open', who)
  source.addEventListener('open', history, { once: true })
}

function close() {
  source?.close()
}

async function who() {
  const answer = await fetch('/examples/chat/here').catch(() => null)
  if (answer?.ok) here((await answer.json()).here)
}

async function history() {
  const messages = await stored('chat', 30)
  const first = list.firstChild // what is older than the stream goes before it
  for (const m of messages) {
    if (m.kind === 'event') show(m.event, m.id, m.data, new Date(m.received), false, first)
  }
}

function show(type, id, data, time, isNew, before = null) {
  if (seen.has(id)) return
  seen.add(id)
  let said
  try { said = JSON.parse(data) } catch { return } // anybody may publish anything
  if (isNew && said.here) here(said.here)
  const scroll = get('#scroll')
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40
  const text = { say: `${said.name}: ${said.text}`, join: `${said.name} came in.`, leave: `${said.name} left.` }[type]
  if (text) list.insertBefore(item(time, text, '', type === 'say' ? '' : 'note'), before)
  while (list.children.length > 300) list.firstChild.remove()
  if (atEnd) scroll.scrollTop = scroll.scrollHeight
}

function here(names) {
  get('#here').replaceChildren(...names.map((n) => {
    const li = document.createElement('li')
    li.textContent = n === name ? `${n} (you)` : n
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
