import { decodeInside, decodeStrictly } from '@chatnip/crypto'
import type { Link } from '@chatnip/crypto'
import type { Conversation, Owner, Pins, Received, ReceivedCommit } from '@chatnip/crypto/conversation'
import type { ToUnwrap, Trust, UnwrappedFrames } from '../../engine/events.ts'
import { isGroupOfMany, readGroupText } from '../../engine/group-text.ts'
import { roleOf } from '../../engine/many/info.ts'
import { readInfo } from '../../engine/many/value.ts'
import type { Info } from '../../engine/many/info.ts'
import { mayBegin, mayChange, mayPutOut } from '../../engine/many/rights.ts'
import type { ManySeen } from './many.ts'
import type { GroupText } from '../../engine/group-text.ts'
import type { Halt, InGroup, Unwrapped } from '../../engine/unwrapped.ts'
import { refusalOf } from './mls.ts'
import type { StepSecrets } from './secrets.ts'

/** Frames of groups, one behind the other. */

export interface Unwrapping {
  readonly secrets: StepSecrets
  /** Lower-case name of the account that this device belongs to. */
  readonly account: string
  readonly trust: Trust
  readonly hashLink: (link: Link, id: string) => Promise<string>
  /** The account's own keys, newest first. */
  readonly ownKeys: readonly string[]
  /** The keys that one vouches for. */
  readonly vouchedKeys: (publicKey: string, account: string) => Promise<readonly string[]>
  readonly many: ManySeen
}

type Outcome = Unwrapped | { readonly kind: 'halt'; readonly halt: Halt }

const NOTHING = { kind: 'nothing' } as const

/** Stops where keys are wanted or an own commit must be answered first. */
export async function unwrapFrames(step: Unwrapping, frames: readonly ToUnwrap[]): Promise<UnwrappedFrames> {
  const done: Unwrapped[] = []
  for (const frame of frames) {
    const outcome = await unwrap(step, frame)
    if (outcome.kind === 'halt') return { frames: done, halt: outcome.halt, secrets: await step.secrets.writes() }
    done.push(outcome)
  }
  return { frames: done, halt: null, secrets: await step.secrets.writes() }
}

async function unwrap(step: Unwrapping, frame: ToUnwrap): Promise<Outcome> {
  const text = readGroupText(frame.text)
  if (text === null) return { kind: 'malformed' }
  return text.kind === 'message' ? openMessage(step, text) : takeHandshake(step, text, frame.from)
}

/** A message adds nobody. */
const NOBODY: Pins = new Map()

async function openMessage(
  step: Unwrapping,
  { group, hint, wire }: Extract<GroupText, { readonly kind: 'message' }>,
): Promise<Outcome> {
  const { secrets } = step
  const unreadable = { kind: 'unreadable', group, hint } as const
  const conversation = await secrets.conversation(group)
  const bytes = decodeStrictly(wire)
  if (conversation === null || bytes === null) return unreadable
  const received = await attempt(() => secrets.mls.receive(conversation, bytes, NOBODY))
  if ('code' in received) {
    if (received.code === 'epoch_ahead' && (await isAwaiting(secrets, conversation))) {
      return { kind: 'halt', halt: { kind: 'awaits', group } }
    }
    // What was read is known by its id, and does not come so far.
    if (received.code === 'already_read') return { kind: 'late', group, hint }
    return received.code === 'own_message' ? NOTHING : unreadable
  }
  if (received.kind !== 'message') return unreadable
  secrets.move(received.conversation, received.spent)
  return { kind: 'message', group, from: received.from, inside: await readInside(step, received.bytes) }
}

/** An own commit ends the present epoch, and nobody has said yet what became of it. */
const isAwaiting = async (secrets: StepSecrets, { id, epoch }: Conversation): Promise<boolean> =>
  (await secrets.pending(id))?.epoch === epoch

async function readInside({ hashLink }: Unwrapping, bytes: Uint8Array): Promise<InGroup | null> {
  const inside = decodeInside(bytes)
  if (typeof inside === 'string') return null
  const { id, at, link, body } = inside
  return { id, at, body, link: link === null ? null : { ...link, hash: await hashLink(link, id) } }
}

type Handshake = Extract<GroupText, { readonly kind: 'handshake' }>

async function takeHandshake(step: Unwrapping, text: Handshake, from: string): Promise<Outcome> {
  const joined = await takeWelcome(step, text, from)
  if (joined.kind !== 'nothing') return joined
  const { secrets } = step
  const conversation = await secrets.conversation(text.group)
  const bytes = decodeStrictly(text.commit)
  if (conversation === null || bytes === null || bytes.length === 0) return NOTHING
  const received = await receiveCommit(step, conversation, bytes)
  if (!('code' in received)) {
    const { value, pins } = received
    return isGroupOfMany(text.group)
      ? followMany(step, text, { from, received: value, pins })
      : follow(step, text.group, value)
  }
  if (received.code === 'epoch_ahead' && (await isAwaiting(secrets, conversation))) {
    return { kind: 'halt', halt: { kind: 'awaits', group: text.group } }
  }
  const isWanting = isGroupOfMany(text.group) && received.code === 'not_pinned'
  return isWanting ? { kind: 'halt', halt: { kind: 'wants', accounts: received.accounts } } : NOTHING
}

/** Under the keys of its beginning: when an account has others, the group is over. Whoever comes into a group of many brings theirs. */
async function receiveCommit(step: Unwrapping, conversation: Conversation, bytes: Uint8Array) {
  const { secrets } = step
  const known = await secrets.keys(conversation.id)
  const receive = async (pins: Pins) => ({ value: await secrets.mls.receive(conversation, bytes, pins), pins })
  if (!isGroupOfMany(conversation.id)) return attempt(() => receive(known))
  const fresh = new Map([...step.trust].map(([name, { keys }]) => [name, keys.slice(0, 1)]))
  return attempt(() => receive(new Map([...fresh, ...known])))
}

/** Somebody's keys are not known, or have changed. */
const WANTS: ReadonlySet<string> = new Set(['not_pinned', 'not_vouched'])

function follow({ secrets }: Unwrapping, group: string, received: Received): Unwrapped {
  if (received.kind === 'message') return NOTHING
  if (received.kind === 'removed') {
    secrets.drop(group)
    return { kind: 'out', group, by: received.by.account }
  }
  moveOn(secrets, received)
  const { epoch, members } = received.conversation
  return { kind: 'moved', group, epoch, members }
}

function moveOn(secrets: StepSecrets, { conversation, spent }: ReceivedCommit): void {
  secrets.move(conversation, spent)
  // Whatever commit of ours was for the epoch that is over now.
  secrets.put('pending', conversation.id, null)
}

interface TakenCommit {
  readonly from: string
  readonly received: Received
  readonly pins: Pins
}

/** Of many: what a commit does, and what it says that the group is, is kept when its maker may do it, by what was known before. */
async function followMany(
  step: Unwrapping,
  text: Handshake,
  { from, received, pins }: TakenCommit,
): Promise<Unwrapped> {
  const { group } = text
  const known = step.many.about(group)
  if (received.kind === 'message' || known === null) return NOTHING
  const by = received.by.account
  const refused = { kind: 'refused', group, conversation: known.info.id, by, isStale: known.isStale } as const
  // The server names somebody else as its sender.
  if (by !== from) return NOTHING
  if (received.kind === 'removed') {
    if (known.isStale || !mayPutOut(known.info, by, step.account)) return refused
    step.secrets.drop(group)
    return { kind: 'out', group, by, conversation: known.info.id }
  }
  const told = text.info === null ? null : await readTold(step, received.conversation, text.info, by)
  if (text.info !== null && told === null) return refused
  const after = told?.info ?? known.info
  if ((known.isStale && told !== null) || !mayChange(known.info, after, { ...received, by })) return refused
  return keepMove(step, received, { group, after, told, pins })
}

function keepMove(
  { secrets, many }: Unwrapping,
  received: ReceivedCommit,
  {
    group,
    after,
    told,
    pins,
  }: { readonly group: string; readonly after: Info; readonly told: Told | null; readonly pins: Pins },
): Unwrapped {
  moveOn(secrets, told === null ? received : { ...received, conversation: told.conversation })
  const { epoch, members } = received.conversation
  const base = { kind: 'moved', group, epoch, members: members.map(memberOf) } as const
  const accounts = new Set(members.map(({ account }) => account))
  if (received.added.length > 0) secrets.keepKeys(group, pins, accounts)
  if (told === null) return base
  many.keep(group, after)
  return { ...base, keys: keysOf(pins, accounts), many: { info: after, by: received.by.account } }
}

const keysOf = (pins: Pins, accounts: ReadonlySet<string>): Readonly<Record<string, string>> =>
  Object.fromEntries([...accounts].map((name) => [name, pins.get(name)?.[0] ?? '']))

interface Told {
  readonly info: Info
  /** With what was told taken out of its ratchet. */
  readonly conversation: Conversation
}

/** What travels with a handshake, said by its maker in the epoch that it begins; null: by nobody else, and of no other form. */
async function readTold(
  { secrets }: Unwrapping,
  conversation: Conversation,
  text: string,
  by: string,
): Promise<Told | null> {
  const bytes = decodeStrictly(text)
  if (bytes === null) return null
  const received = await attempt(() => secrets.mls.receive(conversation, bytes, NOBODY))
  if ('code' in received || received.kind !== 'message' || received.from.account !== by) return null
  const info = received.epoch === conversation.epoch ? readInfo(received.bytes) : null
  return info === null ? null : { info, conversation: received.conversation }
}

async function takeWelcome(step: Unwrapping, text: Handshake, from: string): Promise<Outcome> {
  const { secrets } = step
  const bytes = decodeStrictly(text.welcome)
  if (bytes === null || bytes.length === 0) return NOTHING
  const ids = await attempt(() => secrets.mls.welcomedKeyPackages(bytes))
  for (const id of 'code' in ids ? [] : ids) {
    const pair = await secrets.package(id)
    if (pair === null) continue
    const joined = await vouchedBy(step, (pins) => secrets.mls.joinByWelcome(bytes, pair, pins))
    if ('code' in joined) {
      const { code, accounts } = joined
      return WANTS.has(code) ? { kind: 'halt', halt: { kind: 'wants', accounts } } : NOTHING
    }
    await secrets.usePackage(id)
    const about = { group: text.group, from, ...joined }
    return isGroupOfMany(text.group) ? settleMany(step, text, about) : settle(step, about)
  }
  return NOTHING
}

interface Welcomed {
  readonly group: string
  readonly from: string
  readonly value: Conversation
  readonly pins: Pins
}

/** A conversation of two people, one of them this device's and one of them who begins it. */
async function settle({ secrets, account }: Unwrapping, about: Welcomed): Promise<Unwrapped> {
  const { group, from, value, pins } = about
  const accounts = new Set(value.members.map((member) => member.account))
  const [other, third] = [...accounts].filter((name) => name !== account)
  const isOfTwo = accounts.has(account) && other !== undefined && third === undefined
  const before = await secrets.conversation(group)
  const isKnown = before !== null && before.epoch >= value.epoch
  if (value.id !== group || !isOfTwo || !accounts.has(from) || isKnown) return NOTHING
  secrets.move(value)
  secrets.keepKeys(group, pins, accounts)
  const members = value.members.map(memberOf)
  return { kind: 'joined', group, epoch: value.epoch, members, keys: keysOf(pins, accounts), other }
}

/** Of many: what it is is said with the welcome, by who sends it, who must have the right to say so. */
async function settleMany(
  step: Unwrapping,
  text: Handshake,
  { group, from, value, pins }: Welcomed,
): Promise<Unwrapped> {
  const { secrets, many, account } = step
  const before = await secrets.conversation(group)
  if (value.id !== group || (before !== null && before.epoch >= value.epoch)) return NOTHING
  const told = await readTold(step, value, text.info ?? '', from)
  if (told === null) return NOTHING
  const { info, conversation } = told
  const known = many.info(info.id)
  const isStale = known !== null && info.version < known.version
  // A device of somebody who is not in would read everything and be seen by nobody.
  const isMembers = value.members.every((one) => roleOf(info, one.account) !== null)
  if (!isMembers || !mayBegin(known, info, { by: from, own: account }))
    return { kind: 'refused', group, conversation: info.id, by: from, isStale }
  secrets.move(conversation)
  const accounts = new Set(value.members.map((one) => one.account))
  secrets.keepKeys(group, pins, accounts)
  many.keep(group, info)
  const base = { kind: 'joined', group, epoch: value.epoch, members: value.members.map(memberOf) } as const
  return { ...base, keys: keysOf(pins, accounts), other: '', many: { info, by: from } }
}

const memberOf = ({ account, device }: Owner): Owner => ({ account, device })

/**
 * Tries with the pinned key of everybody first, and whoever is not vouched for by that with the next: the one that the server presents, then
 * those of before.
 */
async function vouchedBy<T>(
  step: Unwrapping,
  task: (pins: Pins) => Promise<T>,
): Promise<{ readonly value: T; readonly pins: Pins } | Refusal> {
  const pins = new Map([...step.trust].map(([name, { keys }]) => [name, keys.slice(0, 1)]))
  const left = new Map<string, string[]>()
  for (;;) {
    const result = await attempt(async () => ({ value: await task(pins), pins }))
    const [account] = 'code' in result && result.code === 'not_vouched' ? result.accounts : []
    if (account === undefined) return result
    const others = left.get(account) ?? [...(await otherKeys(step, account))]
    left.set(account, others)
    const next = others.shift()
    if (next === undefined) return result
    pins.set(account, [next])
  }
}

async function otherKeys(step: Unwrapping, name: string): Promise<readonly string[]> {
  const trusted = step.trust.get(name)
  if (name === step.account) return step.ownKeys.filter((key) => trusted?.keys.includes(key) !== true)
  if (trusted === undefined) return []
  const { keys, earlier, voucher } = trusted
  const vouched = voucher === null ? [] : await step.vouchedKeys(voucher, name)
  return [...keys.slice(1), ...earlier, ...vouched]
}

type Refusal = NonNullable<ReturnType<typeof refusalOf>>

/** What a conversation refuses is an answer; what else fails is thrown. */
export async function attempt<T extends object>(task: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await task()
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    return refusal
  }
}
