import { follow, tidy } from './shared.js'
import { words } from './words.js'

const toggle = document.querySelector('#toggle')
const set = (id, text) => { document.querySelector(id).textContent = text }
let source

function open() {
  source = follow(new EventSource('/events/clock'))
  source.onmessage = (e) => {
    // e.data is the server's own time with its zone: 2026-11-21T14:02:08+01:00
    const [date, time, zone] = e.data.split(/T|(?=[+-]\d\d:\d\d$|Z$)/)
    const late = Date.now() - Date.parse(e.data)
    set('#time', time)
    set('#date', `${date}, ${zone === 'Z' ? 'UTC' : `UTC${zone}`}`)
    set('#difference', late < 0 ? words.earlier(-late) : words.later(late))
  }
  toggle.textContent = words.doClose
}

function close() {
  source.close()
  toggle.textContent = words.doOpen
}

toggle.addEventListener('click', () => {
  if (source.readyState === EventSource.CLOSED) open()
  else close()
})
tidy(close, open)
open()
