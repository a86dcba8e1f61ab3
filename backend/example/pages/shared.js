// What all examples share: showing the state of an EventSource, and publishing.

import { words } from './words.js'

const line = document.querySelector('#state')
let source, since, state

// follow shows the state of an EventSource in the element #state. Its events say
// when it opens and when it fails; readyState says whether it will reconnect.
export function follow(eventSource) {
  source = eventSource
  become('connecting')
  source.addEventListener('open', () => become('open'))
  source.addEventListener('error', (e) => {
    if (e.target !== source) return
    become(source.readyState === EventSource.CLOSED ? 'refused' : state === 'open' ? 'lost' : state)
  })
  return source
}

function become(next) {
  if (next !== state) since = Date.now()
  state = line.dataset.state = next
  render()
}

function render() {
  if (!source) return
  if (source.readyState === EventSource.CLOSED && state !== 'refused' && state !== 'closed') return become('closed')
  const time = duration(Date.now() - since)
  const [word, more] = {
    connecting: [words.connecting, Date.now() - since > 4000 ? words.connectingLong(time) : ''],
    open: [words.open, words.openFor(time)],
    lost: [words.lost, words.lostAgo(time)],
    refused: [words.refused, words.refusedWhy],
    closed: [words.closed, words.closedAgo(time)],
  }[state]
  set(line.querySelector('[role="status"]'), word)
  set(line.querySelector('small'), more)
}
setInterval(render, 500)

// A screen reader speaks when a text is set, so it is set only when it changes.
function set(element, text) {
  if (element.textContent !== text) element.textContent = text
}

// tidy closes a stream when the page is left, and opens it again when the browser
// restores the page.
export function tidy(close, open) {
  addEventListener('pagehide', close)
  addEventListener('pageshow', (e) => e.persisted && open())
}

// publish sends one event to a channel and returns the answer: its position,
// its id, and how many clients are subscribed.
export function publish(channel, event, data) {
  return post(`/channels/${encodeURIComponent(channel)}/messages`, { event, data })
}

// post sends JSON, or nothing. It throws the server's error.
export async function post(url, body) {
  const headers = body ? { 'Content-Type': 'application/json' } : {}
  const answer = await fetch(url, { method: 'POST', headers, body: body && JSON.stringify(body) })
    .catch(() => { throw new Error(words.noAnswer) })
  const json = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Error([json.error?.message ?? answer.statusText, json.error?.hint].filter(Boolean).join(' '))
  return json
}

// stored returns the newest messages of a channel, oldest first.
export async function stored(channel, limit) {
  const answer = await fetch(`/sources/${encodeURIComponent(channel)}/messages?limit=${limit}`).catch(() => null)
  return answer?.ok ? (await answer.json()).messages : []
}

// attempt runs an action of the user and shows its result or error in an <output>.
export async function attempt(output, action) {
  try {
    output.textContent = (await action()) ?? ''
    output.className = ''
  } catch (error) {
    output.textContent = error.message
    output.className = 'bad'
  }
}

export function clock(time = new Date()) {
  return time.toTimeString().slice(0, 8)
}

export function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return words.seconds(s)
  return s < 3600 ? words.minutes(Math.floor(s / 60), s % 60) : words.hours(Math.floor(s / 3600), Math.floor(s / 60) % 60)
}

// item makes a row of a list from a time, a text and a remark.
export function item(time, text, remark = '', kind = '') {
  const li = document.createElement('li')
  for (const [tag, content, className] of [['time', clock(time)], ['span', text, kind], ['small', remark]]) {
    const element = document.createElement(tag)
    element.textContent = content
    if (className) element.className = className
    li.append(element)
  }
  return li
}
