import { attempt, duration, follow, item, post, publish, tidy } from './shared.js'
import { words } from './words.js'

const get = (id) => document.querySelector(id)
const asked = new Map() // by the id of the question: its row and its time
let source

function open() {
  source = follow(new EventSource('/events?source=sequence&source=device'))
  source.addEventListener('step', (e) => step(JSON.parse(e.data)))
  source.addEventListener('ask', (e) => question(e.lastEventId, e.data))
  source.addEventListener('answer', (e) => answer(JSON.parse(e.data)))
  source.addEventListener('no-answer', (e) => answer(JSON.parse(e.data), 'bad'))
  source.addEventListener('hello', () => plugged(true))
  source.addEventListener('open', state)
}

// Loads the state after each connection. A sequence that was running when the
// server stopped does not go on.
async function state() {
  get('#start').disabled = false
  const answer = await fetch('/examples/device/state').catch(() => null)
  if (answer?.ok) plugged((await answer.json()).plugged)
}

function step(s) {
  if (s.step === 1) get('#steps').replaceChildren()
  get('#steps').append(item(new Date(), s.text, words.stepOf(s.step, s.of)))
  get('#progress').value = s.step / s.of
  get('#start').disabled = s.step < s.of
  get('#start').textContent = s.step < s.of ? words.running : words.startAgain
}

get('#start').addEventListener('click', () => attempt(get('#started'), async () => {
  await post('/examples/sequence/start')
}))

// A question is shown when it arrives in the stream, whoever asked it.
function question(id, text) {
  const row = item(new Date(), text, words.asked)
  get('#list').prepend(row)
  asked.set(id, { row, time: Date.now() })
  while (get('#list').children.length > 20) get('#list').lastChild.remove()
}

function answer(said, kind = '') {
  const q = asked.get(said.to)
  if (!q) return
  asked.delete(said.to)
  const row = item(new Date(q.time), `${said.ask}: ${said.text}`, words.after(((Date.now() - q.time) / 1000).toFixed(1)), kind)
  q.row.replaceWith(row)
}

// The row of an open question says how long it has been open. The server reports
// a device that does not answer; this page reports a server that does not.
setInterval(() => {
  for (const [id, q] of asked) {
    const time = Date.now() - q.time
    q.row.lastChild.textContent = words.askedAgo(duration(time))
    if (time > 10_000) answer({ to: id, ask: q.row.children[1].textContent, text: words.nobodyAnswered }, 'bad')
  }
}, 500)

get('#asks').addEventListener('click', (e) => {
  if (e.target.type === 'button') attempt(get('#result'), async () => { await publish('device', 'ask', e.target.value) })
})

get('#plug').addEventListener('change', () => attempt(get('#result'), async () => {
  const s = await post(`/examples/device/state?plugged=${get('#plug').checked}`)
  plugged(s.plugged)
  return s.plugged ? words.power : words.noPower
}))

function plugged(yes) {
  get('#plug').checked = yes
}

tidy(() => source.close(), open)
open()
