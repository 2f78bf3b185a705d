import type { UnwrappedFrames } from './events.ts'
import { dropGroup, keepGroup, latestGroup } from './groups.ts'
import { ensureMany } from './many/peers.ts'
import type { Member, Write } from './rows.ts'
import { stockIsDue } from './stock.ts'
import type { Batch, Entry, Group, MailboxFrame, Opened } from './state.ts'
import { ensurePeer, isOwn, lower, peerOf, peerWrite } from './turn.ts'
import type { Turn } from './turn.ts'
import type { Unwrapped } from './unwrapped.ts'

/** Frames of groups: opened one behind the other, each with the state that the one before it left. */

type MessageFrame = Extract<MailboxFrame, { readonly type: 'message' }>
type Of<K extends Unwrapped['kind']> = Extract<Unwrapped, { readonly kind: K }>

interface TakenIn {
  /** As far as it came. */
  readonly entries: readonly Entry[]
  readonly rest: readonly MailboxFrame[]
  /** What belongs into the commit of these entries. */
  readonly writes: readonly Write[]
}

/** Takes over what the frames did to the groups, and what they say. */
export function takeIn(turn: Turn, batch: Batch, { frames, secrets }: UnwrappedFrames): TakenIn {
  const left = [...frames]
  const entries: Entry[] = []
  const writes: Write[] = [...secrets]
  for (const entry of batch.entries) {
    const { frame, found } = entry
    if (found !== null || frame.type !== 'message') {
      entries.push(entry)
      continue
    }
    const unwrapped = left.shift()
    if (unwrapped === undefined) break
    writes.push(...apply(turn, unwrapped, batch))
    entries.push({ ...entry, unwrapped, opened: openedOf(turn, frame, unwrapped) })
  }
  return { entries, rest: batch.entries.slice(entries.length).map(({ frame }) => frame), writes }
}

function apply(turn: Turn, unwrapped: Unwrapped, batch: Batch): readonly Write[] {
  switch (unwrapped.kind) {
    case 'joined':
      return join(turn, unwrapped, batch)
    case 'moved':
      return move(turn, unwrapped, batch)
    case 'out':
      return dropGroup(turn, unwrapped.group)
    case 'refused':
    case 'message':
    case 'nothing':
    case 'late':
    case 'unreadable':
    case 'malformed':
      return []
  }
}

/** Its place is set when the batch is finished, in the order of the mailbox. */
function join(turn: Turn, joined: Of<'joined'>, batch: Batch): readonly Write[] {
  const { group: id, epoch, members, keys, other, many } = joined
  const peer = many === undefined ? ensurePeer(turn, other) : ensureMany(turn, many.info)
  const group: Group = {
    id,
    number: peer.number,
    epoch,
    members,
    keys: fingerprintsOf(turn, batch, keys),
    place: null,
    isBroken: false,
    renewedAt: 0,
    pending: null,
    stage: 'none',
    behind: 0,
    ...(many === undefined ? stillLacking(turn, peer.number, members) : { version: many.info.version }),
  }
  // A key package has been used up.
  stockIsDue(turn)
  return [peerWrite(peer), keepGroup(turn, group)]
}

const fingerprintsOf = (turn: Turn, batch: Batch, keys: Readonly<Record<string, string>>): Group['keys'] =>
  Object.fromEntries(
    Object.entries(keys).map(([account, key]) => [account, fingerprintOf(turn, batch, { account, key })]),
  )

/** What was tried in the group before need not be tried in this one. */
function stillLacking(turn: Turn, number: number, members: readonly Member[]): Pick<Group, 'lacking'> {
  const here = new Set(members.map(({ device }) => device))
  const lacking = (latestGroup(turn, number)?.lacking ?? []).filter((device) => !here.has(device))
  return lacking.length === 0 ? {} : { lacking }
}

/** The keys that were believed for this batch are known with their fingerprints. */
function fingerprintOf(
  turn: Turn,
  batch: Batch,
  { account, key }: { readonly account: string; readonly key: string },
): string {
  const { own, peers } = turn.state
  const known = [own, peers.get(account)?.pinned ?? null, batch.asked.get(account) ?? null]
  return known.find((facts) => facts?.publicKey === key)?.fingerprint ?? ''
}

function move(
  turn: Turn,
  { group: id, epoch, members, keys: fresh = {} }: Of<'moved'>,
  batch: Batch,
): readonly Write[] {
  const group = turn.state.groups.get(id)
  if (group === undefined) return []
  const keys = { ...group.keys, ...fingerprintsOf(turn, batch, fresh) }
  // Somebody else's commit was first: ours is void, and the server says so too.
  const isVoid = group.pending !== null && group.pending.epoch < epoch
  return [keepGroup(turn, { ...group, epoch, members, keys, ...(isVoid ? { pending: null, stage: 'none' } : {}) })]
}

function openedOf(turn: Turn, frame: MessageFrame, unwrapped: Unwrapped): Opened | null {
  if (unwrapped.kind === 'malformed') return plainText(frame)
  if (unwrapped.kind !== 'message') return null
  const group = turn.state.groups.get(unwrapped.group)
  const peer = group === undefined ? undefined : peerOf(turn, group.number)
  const { from, inside } = unwrapped
  const sender = lower(frame.sendername)
  const own = isOwn(turn, sender)
  if (group === undefined || peer === undefined) return refused('not readable')
  const inMany = peer.many === undefined ? {} : { many: peer.name }
  const isTheirs = own || peer.many !== undefined || lower(peer.name) === sender
  if (from.account !== sender || !isTheirs) return { ...refused('sender differs'), ...inMany }
  if (inside === null) return { ...refused('form wrong'), ...inMany }
  if (inside.id !== frame.id) return { ...refused('id differs'), ...inMany }
  const signedBy = group.keys[from.account] ?? ''
  const { at, body, link } = inside
  const to = own ? peer.name : turn.state.own.username
  const mark = markOf(turn, { account: sender, signedBy })
  return { mark, reason: null, body, at, to, signedBy, link, inGroup: true, ...inMany }
}

/** A device speaks for the key that signed for it when the group was begun. */
function markOf(turn: Turn, { account, signedBy }: { account: string; signedBy: string }): Opened['mark'] {
  if (isOwn(turn, account)) return signedBy === turn.state.own.fingerprint ? 'verified' : 'new key'
  const peer = turn.state.peers.get(account)
  if (peer?.pinned?.fingerprint === signedBy) return 'verified'
  return peer?.candidate?.fingerprint === signedBy ? 'new key' : 'earlier key'
}

const refused = (reason: string): Opened => ({
  mark: 'forged',
  reason,
  body: null,
  at: null,
  to: null,
  signedBy: null,
  claimed: null,
})

/** Somebody without keys may write what looks like the beginning of ours. */
const plainText = ({ message_text: text }: MessageFrame): Opened => ({
  mark: 'unsigned',
  reason: 'plain text',
  body: { type: 'text', text },
  at: null,
  to: null,
  signedBy: null,
  link: null,
})
