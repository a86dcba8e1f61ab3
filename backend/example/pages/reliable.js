import { attempt, duration, follow, item, post, tidy } from './shared.js'
import { words } from './words.js'

const list = document.querySelector('#list')
const result = document.querySelector('#result')
const name = Math.random().toString(36).slice(2) // of this page's connection
const times = new Map() // how often each number arrived
let source, first, last

function open() {
  source = follow(new EventSource(`/examples/reliable/events?line=${name}`))
  source.addEventListener('count', received)
  source.addEventListener('ping', received)
}

function received(e) {
  const number = Number(e.lastEventId)
  times.set(number, (times.get(number) ?? 0) + 1)
  first = Math.min(first ?? number, number)
  last = Math.max(last ?? number, number)
  const what = e.type === 'ping' ? words.ping(e.data) : 'count'
  list.prepend(item(new Date(), what, `id ${number}`))
  while (list.children.length > 30) list.lastChild.remove()
  prove()
}

// Shows which numbers from the first to the last arrived, and how often.
function prove() {
  const ranges = [] // [from, to, came]
  let missing = 0, repeated = 0
  for (let n = first; n <= last; n++) {
    const came = times.has(n)
    if (!came) missing++
    else repeated += times.get(n) - 1
    if (ranges.at(-1)?.[2] === came) ranges.at(-1)[1] = n
    else ranges.push([n, n, came])
  }
  const proof = document.querySelector('#proof')
  proof.textContent = words.proof(first, last, times.size, missing, repeated)
  proof.className = `proof ${missing + repeated ? 'bad' : 'good'}`
  document.querySelector('#ranges').textContent = missing
    ? ranges.map(([from, to, came]) => came ? words.rangeReceived(from, to) : words.rangeMissing(from, to)).join(', ')
    : ''
}

document.querySelector('#cut').addEventListener('click', () => attempt(result, async () => {
  await post(`/examples/reliable/cut?line=${name}`)
  const after = last
  const time = Date.now()
  source.addEventListener('open', () => setTimeout(() => {
    result.textContent = words.back(duration(Date.now() - time), after + 1, last)
  }, 300), { once: true })
  return words.cut(after)
}))

// A new EventSource does not have the last id of the old one.
document.querySelector('#forget').addEventListener('click', () => attempt(result, async () => {
  source.close()
  setTimeout(open, 5000)
  return words.gone
}))

tidy(() => source.close(), open)
open()
