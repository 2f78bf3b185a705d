import type { Line, LogicalKey, Peer, Write } from '../engine/rows.ts'
import type { State } from '../engine/state.ts'
import type { MessageView, NoticeView, Place } from '../messenger.ts'
import type { Key } from '../ports.ts'
import type { SealedRows } from './vault.ts'
import { lineView, waitingViews } from './views.ts'

const PAGE = 500

interface Page {
  readonly state: State
  readonly peer: Peer
  readonly before: Place | null
  readonly limit: number
}

/** A page of a conversation, oldest first; the latest page ends with what waits in the outbox. */
export async function pageOf(
  vault: SealedRows,
  { state, peer, before, limit }: Page,
): Promise<readonly (MessageView | NoticeView)[]> {
  const to = before === null ? [peer.number + 1] : [peer.number, before.seq, before.sub]
  const rows = await vault.scan('messages', { from: [peer.number], to, limit, reverse: true })
  const lines = viewsOf({ state, peer }, rows.toReversed())
  if (before !== null) return lines
  // Between taking `state` and reading the rows one of them may have been accepted.
  const there = new Set(lines.map((line) => ('id' in line ? line.id : '')))
  return [...lines, ...waitingViews(state, peer).filter((message) => !there.has(message.id))]
}

type About = { readonly state: State; readonly peer: Peer }
type StoredLine = { readonly key: Key; readonly value: Line }

const viewsOf = (about: About, rows: readonly StoredLine[]): readonly (MessageView | NoticeView)[] =>
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
    yield* viewsOf(about, rows)
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
  for (const table of ['messages', 'drafts'] as const) {
    for (;;) {
      const rows = await vault.scan(table, { limit: PAGE })
      if (rows.length === 0) break
      await write(rows.map(({ key }): Write => ({ table, key, value: null })))
    }
  }
}
