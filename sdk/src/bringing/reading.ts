import { isEmoji } from '../engine/content.ts'
import { readFiles } from '../engine/files.ts'
import type { MessageLine } from '../engine/rows.ts'
import type { Mark, Place } from '../messenger.ts'
import type { Bundle, BundledConversation } from './bundle.ts'

/**
 * Reads what another own device has packed. It is believed, but not blindly: what is not of the form is left out, and nothing stands in a
 * conversation that neither of its two people wrote.
 */
type Fields = Readonly<Record<string, unknown>>

const NAME = /^[\w.-]{1,32}$/
const ID = /^[0-9a-f-]{36}$/
const MARKS: ReadonlySet<unknown> = new Set<Mark>(['verified', 'new key', 'earlier key', 'unsigned', 'forged'])
const STATES: ReadonlySet<unknown> = new Set(['accepted', 'expired'])

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isMark = (value: unknown): value is Mark => MARKS.has(value)
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** @param own the account's name. @returns null when it is no bundle of this version */
export function readBundle(value: unknown, own: string): Bundle | null {
  if (!isRecord(value) || value['v'] !== 1 || !Array.isArray(value['conversations'])) return null
  const conversations = value['conversations'].flatMap((one: unknown) => readConversation(one, own.toLowerCase()) ?? [])
  return { v: 1, conversations }
}

function readConversation(value: unknown, own: string): BundledConversation | null {
  if (!isRecord(value) || typeof value['name'] !== 'string' || !NAME.test(value['name'])) return null
  const { name, activeAt, compared, pinned, earlier, lifetime, lines } = value
  const people = new Set([own, name.toLowerCase()])
  return {
    name,
    activeAt: isTime(activeAt) ? activeAt : 0,
    compared: compared === true,
    pinned: readPin(pinned),
    earlier: Array.isArray(earlier) ? earlier.filter((key) => typeof key === 'string').slice(0, 3) : [],
    lifetime: Number.isSafeInteger(lifetime) && isTime(lifetime) ? lifetime : null,
    lines: (Array.isArray(lines) ? lines : []).flatMap((line: unknown) => readLine(line, { own, people }) ?? []),
  }
}

function readPin(value: unknown): BundledConversation['pinned'] {
  if (!isRecord(value) || typeof value['publicKey'] !== 'string' || !isTime(value['since'])) return null
  return { publicKey: value['publicKey'], since: value['since'] }
}

interface About {
  readonly own: string
  readonly people: ReadonlySet<string>
}

function readLine(value: unknown, { own, people }: About): MessageLine | null {
  // What is to disappear is never brought: it would stay.
  if (!isRecord(value) || value['kind'] !== 'message' || value['life'] !== undefined) return null
  const { id, sender, text, at, state, mark, reason, fingerprint, knownSince, deleted } = value
  if (typeof id !== 'string' || !ID.test(id) || typeof sender !== 'string' || typeof text !== 'string') return null
  if (!people.has(sender.toLowerCase()) || !isTime(at)) return null
  const isMine = sender.toLowerCase() === own
  const files = readFiles(value['files'])
  return {
    kind: 'message',
    id,
    sender,
    own: isMine,
    text,
    at,
    state: isMine ? (STATES.has(state) && state === 'expired' ? 'expired' : 'accepted') : null,
    mark: !isMine && isMark(mark) ? mark : null,
    reason: textOrNull(reason),
    fingerprint: textOrNull(fingerprint),
    knownSince: isTime(knownSince) ? knownSince : null,
    ...(value['inGroup'] === true ? { inGroup: true } : {}),
    ...(isTime(deleted) ? { deleted, text: '' } : {}),
    ...(deleted === undefined && files.length > 0 ? { files } : {}),
    ...readQuote(value['re'], people),
    ...readEdited(value['edited']),
    ...readReactions(value['reactions'], people),
  }
}

function readQuote(value: unknown, people: ReadonlySet<string>): Pick<MessageLine, 're'> {
  if (!isRecord(value)) return {}
  const { sender, id, text } = value
  const isOne = typeof sender === 'string' && people.has(sender.toLowerCase()) && typeof id === 'string' && ID.test(id)
  return isOne && typeof text === 'string' ? { re: { sender: sender.toLowerCase(), id, text } } : {}
}

/** Before everything that comes by the own mailbox. */
function readPlace(value: unknown): Place | null {
  if (!isRecord(value) || !Number.isSafeInteger(value['seq']) || !Number.isSafeInteger(value['sub'])) return null
  return { seq: Math.min(-1, Number(value['seq'])), sub: Number(value['sub']) }
}

function readEdited(value: unknown): Pick<MessageLine, 'edited'> {
  const place = isRecord(value) ? readPlace(value['place']) : null
  return isRecord(value) && place !== null && isTime(value['at']) ? { edited: { at: value['at'], place } } : {}
}

function readReactions(value: unknown, people: ReadonlySet<string>): Pick<MessageLine, 'reactions'> {
  if (!Array.isArray(value)) return {}
  const reactions = value.flatMap((one: unknown) => {
    if (!isRecord(one) || typeof one['by'] !== 'string' || !people.has(one['by'].toLowerCase())) return []
    const place = readPlace(one['place'])
    const { emoji } = one
    if (place === null || (emoji !== null && (typeof emoji !== 'string' || !isEmoji(emoji)))) return []
    return [{ by: one['by'].toLowerCase(), emoji, place }]
  })
  return reactions.length === 0 ? {} : { reactions }
}
