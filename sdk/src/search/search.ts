import type { SealedRows } from '../driver/vault.ts'
import { messageView } from '../driver/views.ts'
import type { State } from '../engine/state.ts'
import type { Found, MessageView, SearchOptions } from '../messenger.ts'
import { Archive } from './archive.ts'
import type { FoundLine } from './archive.ts'
import { fold, holdsAll, wordsOf } from './fold.ts'

const MOST_HITS = 50

interface Searched {
  readonly archive: Archive
  readonly vault: SealedRows
  readonly state: State
}

/** @param onRead called whenever more of the history can be searched */
export const makeArchive = (rows: SealedRows, onRead: () => void): Archive => new Archive(rows, onRead)

/** See `Messenger.search`. */
export async function searchHistory(searched: Searched, query: string, options: SearchOptions): Promise<Found> {
  const { archive, state } = searched
  const { conversation, before = null, limit = MOST_HITS } = options
  const peers = [...state.peers.values()].toSorted((a, b) => b.activeAt - a.activeAt)
  archive.open(peers.map(({ number }) => number))
  const words = wordsOf(query)
  const peer = conversation === undefined ? null : state.peers.get(conversation.toLowerCase())
  const isNothing = words.length === 0 || peer === undefined
  const lines = isNothing ? [] : archive.find({ words, number: peer?.number ?? null, before, limit: limit + 1 })
  const hits = await Promise.all(lines.slice(0, limit).map((line) => viewOf(searched, line, words)))
  return {
    hits: hits.filter((hit) => hit !== null),
    more: lines.length > limit,
    isComplete: archive.isComplete,
    isDamaged: archive.isDamaged,
  }
}

/** As it is now; null: edited or deleted since, on disk or by what waits in the outbox. */
async function viewOf(
  { vault, state }: Searched,
  { number, place }: FoundLine,
  words: readonly string[],
): Promise<MessageView | null> {
  const line = await vault.get('messages', [number, place.seq, place.sub])
  const peer = [...state.peers.values()].find((one) => one.number === number)
  if (line?.kind !== 'message' || peer === undefined) return null
  const view = messageView({ state, peer }, place, line)
  return view.deleted || !holdsAll(fold(view.text), words) ? null : view
}
