import { aboutOf, noteLine, refKey, withoutLast } from './alter.ts'
import { lower } from './turn.ts'
import type { Act } from './content.ts'
import type { Call } from './events.ts'
import { uncountExpired } from './expired.ts'
import { stopFading } from './fading-rows.ts'
import { compose } from './outbox.ts'
import type { MessageLine, Peer } from './rows.ts'
import type { OutboxItem } from './state.ts'
import {
  commit,
  CONVERSATIONS,
  effect,
  findItem,
  itemWrite,
  messagesChanged,
  peerOf,
  peerWrite,
  setItem,
  settle,
} from './turn.ts'
import type { Turn } from './turn.ts'

type CallOf<T extends Call['type']> = Extract<Call, { readonly type: T }>

/**
 * What a person does to a message: edit it, delete it, react to it.
 * - Like a text it lies in the outbox before anything else, and is shown from then on.
 * - What no device of the addressee would follow is refused here: they would see another thing than this person.
 */
export function onAct(turn: Turn, ticket: number, { id, conversation, act, target }: CallOf<'act'>): void {
  const peer = turn.state.peers.get(lower(conversation))
  const about = aboutOf(turn, act)
  const waiting = findItem(turn, about.id)
  const isWaiting = waiting?.to === lower(conversation) && waiting.act === undefined
  if (isWaiting && act.type === 'edit' && isUntouched(waiting)) return rewrite(turn, ticket, waiting, act.text)
  const known = turn.state.lines.get(refKey(about)) ?? target
  const line = known?.line ?? null
  if (peer === undefined || (!isWaiting && (line === null || known?.key[0] !== peer.number)))
    return effect(turn, { type: 'settle', ticket, error: 'not_found', value: '' })
  if (!maySend(peer) || (line !== null && !mayAct(turn, line, act)))
    return effect(turn, { type: 'settle', ticket, error: 'not_allowed', value: '' })
  if (known !== null && line !== null) noteLine(turn, about, { key: known.key, line })
  // Its words end where those of the message do.
  const life = act.type === 'edit' ? (line ?? waiting)?.life : undefined
  compose(turn, { id, to: peer.name, text: '', act, life }, [], settle(ticket, id))
}

/** A program that knows no envelopes knows no acts either; and a press on a reaction is no answer to a stranger. */
const maySend = ({ pinned, asks, choices }: Peer): boolean =>
  pinned?.canSeal !== false && asks !== true && choices?.standing?.value !== 'blocked'

function mayAct(turn: Turn, line: MessageLine, act: Act): boolean {
  if (act.type === 'reaction') return line.deleted === undefined && line.mark !== 'forged'
  return isChangeable(line, turn.state.own.fingerprint)
}

/**
 * Whether its writer may edit and delete it. What was signed with an earlier key of theirs may not be: nobody can tell whether the new key's
 * owner is who wrote it.
 * @param fingerprint of the own key
 */
export const isChangeable = (line: MessageLine, fingerprint: string): boolean =>
  line.own && line.deleted === undefined && (line.fingerprint === null || line.fingerprint === fingerprint)

/** Nobody else has seen it: it is not edited but written anew. */
const isUntouched = ({ stage, tried }: OutboxItem): boolean =>
  stage === 'saving' || stage === 'saved' || stage === 'failed' || (stage === 'ready' && !tried)

function rewrite(turn: Turn, ticket: number, item: OutboxItem, text: string): void {
  const stage = item.stage === 'ready' ? 'saved' : item.stage
  const written: OutboxItem = { ...item, text, stage, ...(item.stage === 'failed' ? {} : { sealed: null }) }
  setItem(turn, written)
  const peer = turn.state.peers.get(item.to)
  commit(
    turn,
    [itemWrite(written)],
    ...(peer === undefined ? [] : [messagesChanged(peer)]),
    CONVERSATIONS,
    settle(ticket),
  )
}

/** Takes a message away on this device, and nowhere else. Its id stays, so that it is not shown again. */
export function forget(turn: Turn, ticket: number, { target, before }: CallOf<'forget'>): void {
  const { key, line } = target
  const peer = peerOf(turn, Number(key[0]))
  if (peer === undefined) return commit(turn, [], settle(ticket))
  const about = { sender: lower(line.sender), id: line.id }
  noteLine(turn, about, { key, line: null })
  const chains = uncountExpired(turn, peer, line)
  const changed = withoutLast(turn, { number: peer.number, line, before })
  const ids = { table: 'ids', key: [about.sender, about.id], value: { line: null } } as const
  commit(
    turn,
    [{ table: 'messages', key, value: null }, ids, ...chains, ...stopFading(turn, key), peerWrite(changed)],
    messagesChanged(changed),
    CONVERSATIONS,
    settle(ticket),
  )
}
