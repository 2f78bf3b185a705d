import type { Line, LogicalKey, Peer, Write } from '../engine/rows.ts'
import type { State } from '../engine/state.ts'
import { cutQuote } from '../engine/content.ts'
import { wordsOf } from '../engine/files.ts'
import type { MessageView, NoticeView, Place, QuoteView } from '../messenger.ts'
import type { Key } from '../ports.ts'
import type { SealedRows } from './vault.ts'
import { findMessage } from './load.ts'
import { lineView, waitingViews, withWaiting } from './views.ts'

const PAGE = 500

interface About {
  readonly state: State
  readonly peer: Peer
}

interface Part {
  readonly before?: Place
  readonly from?: Place
  readonly limit: number
}

/** A page of a conversation, oldest first; the latest page ends with what waits in the outbox. See `Messenger.messages`. */
export async function pageOf(
  vault: SealedRows,
  about: About,
  { before, from, limit }: Part,
): Promise<readonly (MessageView | NoticeView)[]> {
  const { state, peer } = about
  const range = {
    from: from === undefined ? [peer.number] : [peer.number, from.seq, from.sub],
    to: before === undefined ? [peer.number + 1] : [peer.number, before.seq, before.sub],
  }
  const lines =
    from === undefined
      ? await readBackward(vault, about, { ...range, limit })
      : await readForward(vault, about, { ...range, limit })
  if (before !== undefined || (from !== undefined && lines.length >= limit)) return withQuotes(vault, about, lines)
  // Between taking `state` and reading the rows one of them may have been accepted.
  const waiting = waitingViews(state, peer).filter((message) => !isAmong(lines, message))
  return withQuotes(vault, about, [...lines, ...waiting])
}

/** Somebody else may write under the same id. */
const isAmong = (lines: Views, { id }: MessageView): boolean =>
  lines.some((line) => 'id' in line && line.own && line.id === id)

/** Of what is answered the own copy is shown, as it is now, wherever there is one. */
const withQuotes = (vault: SealedRows, about: About, views: Views): Promise<Views> =>
  Promise.all(
    views.map(async (view) =>
      'quote' in view && view.quote !== null ? { ...view, quote: await ownCopy(vault, about, view.quote) } : view,
    ),
  )

async function ownCopy(vault: SealedRows, { state, peer }: About, quote: QuoteView): Promise<QuoteView> {
  const sender = quote.sender.toLowerCase()
  const to = peer.name.toLowerCase()
  const isOwn = sender === state.own.username.toLowerCase()
  const waiting = state.outbox.find((item) => isOwn && item.id === quote.id && item.to === to && item.act === undefined)
  if (waiting !== undefined) return { ...quote, text: cutQuote(wordsOf(waiting)), state: 'here' }
  const found = await findMessage(vault, { sender, id: quote.id })
  if (found === null || found.key[0] !== peer.number || found.line.mark === 'forged') return quote
  const { line } = withWaiting(state, found.line)
  const { deleted } = line
  return { ...quote, text: cutQuote(wordsOf(line)), state: deleted === undefined ? 'here' : 'deleted' }
}

interface Stretch {
  readonly from: Key
  readonly to: Key
  readonly limit: number
}

type Views = readonly (MessageView | NoticeView)[]

/** When a page was not full since rows of it are none that are shown, so many are read on at least: there may be thousands. */
const LEAST = 64

/** Rows that this version cannot show do not count, so that a page that is not full is the last one. */
async function readForward(vault: SealedRows, about: About, { from, to, limit }: Stretch): Promise<Views> {
  const views: (MessageView | NoticeView)[] = []
  for (let [next, size] = [from, limit]; ; size = Math.max(LEAST, limit - views.length)) {
    const rows = await vault.scan('messages', { from: next, to, limit: size })
    views.push(...viewsOf(about, rows))
    const last = rows.at(-1)
    if (last === undefined || rows.length < size || views.length >= limit) return views.slice(0, limit)
    // The least key behind it.
    next = [...last.key, 0]
  }
}

async function readBackward(vault: SealedRows, about: About, { from, to, limit }: Stretch): Promise<Views> {
  const pages: Views[] = []
  let count = 0
  for (let [end, size] = [to, limit]; ; size = Math.max(LEAST, limit - count)) {
    const rows = await vault.scan('messages', { from, to: end, limit: size, reverse: true })
    const views = viewsOf(about, rows.toReversed())
    pages.unshift(views)
    count += views.length
    const first = rows.at(-1)
    if (first === undefined || rows.length < size || count >= limit)
      return pages.flat().slice(Math.max(0, count - limit))
    end = first.key
  }
}

type StoredLine = { readonly key: Key; readonly value: Line }

const viewsOf = (about: About, rows: readonly StoredLine[]): Views =>
  rows.flatMap(({ key, value }) => lineView(about, placeOf(key), value) ?? [])

const placeOf = ([, seq, sub]: LogicalKey): Place => ({ seq: Number(seq), sub: Number(sub) })

export async function exportMessages(vault: SealedRows, state: State): Promise<readonly MessageView[]> {
  const all: MessageView[] = []
  for (const peer of [...state.peers.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const there = new Set<string>()
    for await (const line of linesOf(vault, { state, peer })) {
      if ('id' in line) {
        all.push(line)
        there.add(line.id)
      }
    }
    all.push(...waitingViews(state, peer).filter((message) => !there.has(message.id)))
  }
  return all
}

async function* linesOf(vault: SealedRows, about: About): AsyncGenerator<MessageView | NoticeView> {
  const { peer } = about
  let from: Key = [peer.number]
  for (;;) {
    const rows = await vault.scan('messages', { from, to: [peer.number + 1], limit: PAGE })
    yield* await withQuotes(vault, about, viewsOf(about, rows))
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    // The least key behind it.
    from = [...last.key, 0]
  }
}

/** Deletes every line of every conversation, and the drafts. Ids stay, so that nothing deleted is ever shown again. */
export async function forgetMessages(
  vault: SealedRows,
  write: (writes: readonly Write[]) => Promise<void>,
): Promise<void> {
  for (const table of ['messages', 'drafts', 'early', 'fading'] as const) {
    for (;;) {
      const rows = await vault.scan(table, { limit: PAGE })
      if (rows.length === 0) break
      await write(rows.map(({ key }): Write => ({ table, key, value: null })))
    }
  }
}
