import { openBytes, sealBytes } from '@chatnip/crypto'
import { keyOf } from '../blobs/secrets.ts'
import { findMessage } from '../driver/load.ts'
import type { SealedRows } from '../driver/vault.ts'
import { cutQuote } from '../engine/content.ts'
import type { Line, MessageLine, Peer } from '../engine/rows.ts'
import type { State } from '../engine/state.ts'
import type { Place } from '../messenger.ts'
import type { Cursor, GiveRow } from './rows.ts'

/**
 * One part of a history: some lines of one or more conversations, the newest first, and what is known of the contact. It is sealed as a whole, bound to its
 * request, giver, number and whether it is the last, so that none can be left out, swapped, repeated or cut off unnoticed.
 */
export interface Bundle {
  readonly v: 1
  readonly conversations: readonly BundledConversation[]
}

export interface BundledConversation {
  readonly name: string
  readonly activeAt: number
  readonly compared: boolean
  /** The pinned public key, and since when. */
  readonly pinned: { readonly publicKey: string; readonly since: number } | null
  readonly earlier: readonly string[]
  /** How long messages stay that are written there now, in seconds, 0: for ever; null: never said. */
  readonly lifetime: number | null
  readonly lines: readonly MessageLine[]
}

const MOST_LINES = 400
/** Sealed it fits into one part of a blob. */
const MOST_CHARACTERS = 150_000
const PAGE = 200

export interface Packed {
  readonly bundle: Bundle
  readonly onward: Cursor | null
}

type Wanted = Pick<GiveRow, 'since' | 'upto'>

/** What is to disappear stays where it is. */
const isWanted = (line: Line, { since }: Wanted): line is MessageLine =>
  line.kind === 'message' && line.life === undefined && (since === null || line.at >= since)

/** Conversations of two, in an order that does not change while parts are given. What strangers ask stays where it came. */
const inOrder = ({ peers }: State): readonly Peer[] =>
  [...peers.values()]
    .filter(({ many, asks }) => many === undefined && asks === undefined)
    .toSorted((a, b) => a.number - b.number)

async function* linesOf(vault: SealedRows, { number }: Peer, upto: Place) {
  let to = [number, upto.seq, upto.sub]
  for (;;) {
    const rows = await vault.scan('messages', { from: [number], to, limit: PAGE, reverse: true })
    for (const row of rows) yield row
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    to = [...last.key].map(Number)
  }
}

/** How many messages there are to give. */
export async function survey(vault: SealedRows, state: State, wanted: Wanted): Promise<number> {
  let count = 0
  for (const peer of inOrder(state))
    for await (const { value } of linesOf(vault, peer, wanted.upto)) if (isWanted(value, wanted)) count += 1
  return count
}

/** What comes next, as much as one part holds. `onward` null: that was the last. */
export async function pack(vault: SealedRows, state: State, wanted: Wanted, at: Cursor | null): Promise<Packed> {
  const conversations: BundledConversation[] = []
  let [lines, characters] = [0, 0]
  for (const peer of inOrder(state)) {
    if (at !== null && peer.number < at.number) continue
    const upto = at?.number === peer.number && at.before !== null ? at.before : wanted.upto
    const taken: MessageLine[] = []
    for await (const { key, value } of linesOf(vault, peer, upto)) {
      if (!isWanted(value, wanted)) continue
      const line = await asTold(vault, value, wanted)
      const more = JSON.stringify(line).length
      if (lines > 0 && (lines >= MOST_LINES || characters + more > MOST_CHARACTERS)) {
        conversations.push(conversationOf(peer, taken))
        const last = taken.length === 0 ? null : cursorBefore(key)
        return { bundle: { v: 1, conversations }, onward: { number: peer.number, before: last ?? upto } }
      }
      taken.push(line)
      lines += 1
      characters += more
    }
    const isTold = peer.lifetime !== undefined && at?.number !== peer.number
    if (taken.length > 0 || isTold) conversations.push(conversationOf(peer, taken))
  }
  return { bundle: { v: 1, conversations }, onward: null }
}

/** The key is that of a line which is still to be given: the cursor stands just behind it. */
const cursorBefore = ([, seq, sub]: readonly (string | number)[]): Place => ({ seq: Number(seq), sub: Number(sub) + 1 })

const conversationOf = (peer: Peer, lines: readonly MessageLine[]): BundledConversation => ({
  name: peer.name,
  activeAt: peer.activeAt,
  compared: peer.compared,
  pinned: peer.pinned === null ? null : { publicKey: peer.pinned.publicKey, since: peer.pinned.since },
  earlier: peer.earlier ?? [],
  lifetime: peer.lifetime?.seconds ?? null,
  lines,
})

/** Places are each device's own: those inside come before everything that the new device gets itself, in their order. */
async function asTold(vault: SealedRows, line: MessageLine, { upto, since }: Wanted): Promise<MessageLine> {
  const move = ({ seq, sub }: Place): Place => ({ seq: Math.min(-1, seq - upto.seq), sub })
  const { link: _link, edited, reactions, re, ...rest } = line
  const quoted = re === undefined ? null : await findMessage(vault, re)
  const isLeftOut = quoted !== null && since !== null && quoted.line.at < since && quoted.line.deleted === undefined
  return {
    ...rest,
    ...(re === undefined ? {} : { re: isLeftOut ? { ...re, text: cutQuote(quoted.line.text) } : re }),
    ...(edited === undefined ? {} : { edited: { ...edited, place: move(edited.place) } }),
    ...(reactions === undefined ? {} : { reactions: reactions.map((one) => ({ ...one, place: move(one.place) })) }),
  }
}

/** What a part is: nothing else opens with the same words. */
export interface PartOf {
  readonly request: string
  readonly from: string
  readonly n: number
  readonly last: boolean
}

const contextOf = ({ request, from, n, last }: PartOf): string =>
  `history ${request} ${from} ${n} ${last ? 'last' : 'more'}`

export const sealBundle = async (secret: string, bundle: Bundle, part: PartOf): Promise<Uint8Array> =>
  sealBytes(await keyOf(secret), new TextEncoder().encode(JSON.stringify(bundle)), contextOf(part))

/** @returns null when it is another part, or no bundle at all */
export async function openBundle(secret: string, sealed: Uint8Array, part: PartOf): Promise<unknown> {
  const bytes = await openBytes(await keyOf(secret), sealed, contextOf(part))
  if (bytes === null) return null
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}
