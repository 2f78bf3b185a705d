import { decodeInside, decodeStrictly } from '@chatnip/crypto'
import type { Link } from '@chatnip/crypto'
import type { Conversation, Owner, Pins, Received } from '@chatnip/crypto/conversation'
import type { ToUnwrap, Trust, UnwrappedFrames } from '../../engine/events.ts'
import { readGroupText } from '../../engine/group-text.ts'
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

/** Codes that say that nothing is missing: it was read, or is this device's own. */
const KNOWN_ALREADY: ReadonlySet<string> = new Set(['already_read', 'own_message'])

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
    return KNOWN_ALREADY.has(received.code) ? NOTHING : unreadable
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

async function takeHandshake(
  step: Unwrapping,
  text: Extract<GroupText, { readonly kind: 'handshake' }>,
  from: string,
): Promise<Outcome> {
  const joined = await takeWelcome(step, text, from)
  if (joined.kind !== 'nothing') return joined
  const { secrets } = step
  const conversation = await secrets.conversation(text.group)
  const bytes = decodeStrictly(text.commit)
  if (conversation === null || bytes === null || bytes.length === 0) return NOTHING
  // Under the keys of its beginning, and no others: when an account has others, the group is over.
  const pins = await secrets.keys(text.group)
  const received = await attempt(() => secrets.mls.receive(conversation, bytes, pins))
  if (!('code' in received)) return follow(step, text.group, received)
  if (received.code === 'epoch_ahead' && (await isAwaiting(secrets, conversation))) {
    return { kind: 'halt', halt: { kind: 'awaits', group: text.group } }
  }
  return NOTHING
}

/** Somebody's keys are not known, or have changed. */
const WANTS: ReadonlySet<string> = new Set(['not_pinned', 'not_vouched'])

function follow({ secrets }: Unwrapping, group: string, received: Received): Unwrapped {
  if (received.kind === 'message') return NOTHING
  if (received.kind === 'removed') {
    secrets.drop(group)
    return { kind: 'out', group }
  }
  const { conversation, spent } = received
  secrets.move(conversation, spent)
  // Whatever commit of ours was for the epoch that is over now.
  secrets.put('pending', conversation.id, null)
  const { epoch, members } = conversation
  return { kind: 'moved', group, epoch, members }
}

async function takeWelcome(
  step: Unwrapping,
  { group, welcome }: Extract<GroupText, { readonly kind: 'handshake' }>,
  from: string,
): Promise<Outcome> {
  const { secrets } = step
  const bytes = decodeStrictly(welcome)
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
    return settle(step, { group, from, ...joined })
  }
  return NOTHING
}

/** A conversation of two people, one of them this device's and one of them who begins it. */
async function settle(
  { secrets, account }: Unwrapping,
  about: { readonly group: string; readonly from: string; readonly value: Conversation; readonly pins: Pins },
): Promise<Unwrapped> {
  const { group, from, value, pins } = about
  const accounts = new Set(value.members.map((member) => member.account))
  const [other, third] = [...accounts].filter((name) => name !== account)
  const isOfTwo = accounts.has(account) && other !== undefined && third === undefined
  const before = await secrets.conversation(group)
  const isKnown = before !== null && before.epoch >= value.epoch
  if (value.id !== group || !isOfTwo || !accounts.has(from) || isKnown) return NOTHING
  secrets.move(value)
  secrets.keepKeys(group, pins, accounts)
  const keys = Object.fromEntries([...accounts].map((name) => [name, pins.get(name)?.[0] ?? '']))
  return { kind: 'joined', group, epoch: value.epoch, members: value.members.map(memberOf), keys, other }
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
