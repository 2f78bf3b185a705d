import { CLOSE_CODES, COMMON, GROUPS, REFERENCE, RULES, SOCKET } from './reference.ts'
import type { Entry } from './reference.ts'

const escape = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '&quot;')

/** A sentence of the table, whose names stand between backticks. */
const prose = (text: string) => escape(text).replace(/`([^`]*)`/g, '<code>$1</code>')

const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`

const refusals = (errors: Entry['errors']) =>
  list(errors.map(({ code, status, message }) => `<b>${status}</b> <code>${code}</code> ${escape(message)}`))

function table({ fields }: Entry): string {
  if (fields.length === 0) return '<p class="quiet">Takes nothing.</p>'
  const rows = fields.map(
    ({ name, type, optional, description }) =>
      `<tr><th scope="row"><code>${name}</code>${optional ? ' <span class="quiet">optional</span>' : ''}</th>` +
      `<td><code>${escape(type)}</code></td><td>${prose(description)}</td></tr>`,
  )
  return `<table><tbody>${rows.join('')}</tbody></table>`
}

const article = (entry: Entry) =>
  `<article id="${entry.name}"><h3><a href="#${entry.name}">${entry.name}</a></h3><p>${prose(entry.summary)}</p>` +
  `<p class="quiet">${entry.methods} · for ${entry.caller}</p>${table(entry)}` +
  `<p>Answers <code>${escape(entry.reply)}</code></p>${entry.errors.length === 0 ? '' : refusals(entry.errors)}` +
  `<p class="quiet">Limits: ${escape(entry.rates)}</p></article>`

const contents = () =>
  GROUPS.map((group) => {
    const links = REFERENCE.filter((entry) => entry.group === group).map(({ name }) => `<a href="#${name}">${name}</a>`)
    return `<dt>${escape(group)}</dt><dd>${links.join(' ')}</dd>`
  }).join('')

/** The page at /docs: no script, one style sheet, readable on paper. */
export function renderHtml(): string {
  const groups = GROUPS.map(
    (group) =>
      `<section><h2>${escape(group)}</h2>${REFERENCE.filter((one) => one.group === group)
        .map(article)
        .join('')}</section>`,
  )
  const frames = SOCKET.map(({ frame, meaning }) => `<code>${escape(frame)}</code><br>${escape(meaning)}`)
  const closings = CLOSE_CODES.map(({ code, reason }) => `<b>${code}</b> ${escape(reason)}`)
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The API of Chatnip</title>' +
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">' +
    '<link rel="stylesheet" href="/docs/docs.css"></head><body><header><a href="/">Chatnip</a></header><main><h1>The API of Chatnip</h1>' +
    '<p>This is all of it. Anybody may write a client. The same as data: <a href="/docs/openapi.json">OpenAPI 3.1</a>.</p>' +
    `${list(RULES.map(escape))}<nav aria-label="Contents"><dl>${contents()}<dt>socket</dt><dd><a href="#socket">/socket</a></dd></dl></nav>` +
    `<h2>Any call may also answer</h2>${refusals(COMMON)}${groups.join('')}` +
    '<section id="socket"><h2>The socket</h2><p><code>GET /socket</code> as a WebSocket with the session of a device, by cookie or ' +
    `<code>Authorization: Bearer</code>. One JSON object a frame.</p>${list(frames)}<h3>Closed with</h3>${list(closings)}</section>` +
    '</main></body></html>'
  )
}
