import { ChatnipError } from '@chatnip/protocol'
import { digestOf, foldName, idBytes, shortHash } from '../identity.ts'
import type { AppendResult, NewMessage } from '../store.ts'
import { openBatches } from './batches.ts'
import type { Batches } from './batches.ts'
import { laneOf } from './context.ts'
import type { Context } from './context.ts'
import type { Value } from './database.ts'
import { errorOf, isInTheQuestion } from './failures.ts'
import { toNumbers } from './rows.ts'
import { bytesArray, plainArray, textArray, toStored } from './text.ts'
import type { Scalar } from './text.ts'

/** A message with what was reckoned of it before it waits. */
interface Prepared {
  readonly message: NewMessage
  readonly digest: Uint8Array
  readonly texts: readonly AddressedText[]
  /** What several addressees get alike, or null. */
  readonly shared: string | null
  readonly groupHash: Uint8Array | null
  readonly weight: number
}

interface AddressedText {
  readonly name: string
  /** Empty where it is the shared one. */
  readonly text: string
  readonly isShared: boolean
  readonly bytes: number
}

/** Different senders' messages are stored side by side by so many connections; each sender's keep their order. */
const LANES = 4
/** Bytes of text in a batch, each message counted with something besides. */
const MOST_WEIGHT = 4 * 1024 * 1024
const MESSAGE_WEIGHT = 8 * 1024

const APPEND = `SELECT append_1($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::bytea[], $6::integer[],
  $7::integer[], $8::bigint[], $9::boolean[], $10::bigint[], $11::bytea[], $12::integer[], $13::text[],
  $14::integer[], $15::bigint[], $16::uuid[], $17::bigint[], $18::double precision[], $19::bigint[], $20::boolean[], $21::integer[], $22::text[],
  $23::bigint, $24::bigint, $25::double precision) AS answer`

/** How append_1 tells what became of a message. */
const [ACCEPTED, DUPLICATE, ID_REUSED, NO_SUCH_USER, MAILBOX_FULL, SENDER_GONE, EPOCH_PASSED] = [0, 1, 2, 3, 4, 5, 6]

/** What one message got, or that its sender is gone. */
type Fate = AppendResult | { readonly result: 'sender gone' }

/** Accepts messages in batches: one round trip, one transaction, one fsync for those that wait together. */
export interface Appender {
  readonly append: (message: NewMessage) => Promise<AppendResult>
  readonly idle: () => Promise<void>
}

export function openAppender(context: Context): Appender {
  const lanes: readonly Batches<Prepared, Fate>[] = Array.from({ length: LANES }, () =>
    openBatches({
      run: (batch) => appendAll(context, batch),
      keyOf: ({ message }) => `${message.sender} ${message.id}`,
      weigh: ({ weight }) => weight,
      mostWeight: MOST_WEIGHT,
      mayDifferAlone: isInTheQuestion,
    }),
  )
  return {
    append: async (message) => {
      const fate = await lanes[laneOf(message.sender, LANES)]?.call(prepared(message))
      if (fate === undefined || fate.result === 'sender gone')
        throw new ChatnipError('not_signed_in', { cause: new Error('The sending account is gone.') })
      return fate
    },
    idle: async () => {
      await Promise.all(lanes.map((lane) => lane.idle()))
    },
  }
}

/** @throws ChatnipError bad_request: an id that is no UUID, an addressee twice or without a text */
function prepared(message: NewMessage): Prepared {
  try {
    idBytes(message.id)
    const digest = digestOf(message)
    const sharing = message.to.filter(({ message_text: own }) => own === undefined).length
    const texts = message.to.map(({ username, message_text: own }): AddressedText => {
      const isShared = own === undefined && sharing > 1
      const text = own ?? message.text ?? ''
      const name = toStored(foldName(username))
      return { name, text: isShared ? '' : toStored(text), isShared, bytes: Buffer.byteLength(text) }
    })
    return {
      message,
      digest,
      texts,
      shared: sharing > 1 ? toStored(message.text ?? '') : null,
      groupHash: message.group === undefined ? null : shortHash(message.group.id),
      weight: texts.reduce((sum, { text }) => sum + text.length, MESSAGE_WEIGHT + (message.text?.length ?? 0)),
    }
  } catch (error) {
    throw errorOf(error)
  }
}

async function appendAll({ db, limits }: Context, batch: readonly Prepared[]): Promise<readonly Fate[]> {
  const share = limits.senderShare
  const [row] = await db.ask(APPEND, [...flat(batch), limits.mailboxMessages, limits.mailboxBytes, share])
  return fates(batch, row?.['answer'])
}

const DAY = 86_400_000

/** Gives each different value a number, counting from 1. */
function numbered<T>(values: readonly T[], keyOf: (value: T) => string): { list: T[]; numberOf: (value: T) => number } {
  const numbers = new Map<string, number>()
  const list = values.filter((value) => {
    const isNew = !numbers.has(keyOf(value))
    if (isNew) numbers.set(keyOf(value), numbers.size + 1)
    return isNew
  })
  return { list, numberOf: (value) => numbers.get(keyOf(value)) ?? 0 }
}

/** The batch as the lists that append_1 takes, those per message first; positions count from 1. */
function flat(batch: readonly Prepared[]): Value[] {
  const texts = batch.flatMap(({ message, texts: own }) => own.map((text) => ({ ...text, message })))
  const names = numbered(
    texts.map(({ name }) => name),
    String,
  )
  return [textArray(names.list), ...perMessage(batch), ...perText(texts, names.numberOf)]
}

function perMessage(batch: readonly Prepared[]): Value[] {
  const list = <T extends Scalar>(pick: (one: Prepared, index: number) => T): string => plainArray(batch.map(pick))
  const groups = numbered(
    batch.flatMap(({ groupHash }) => groupHash ?? []),
    (bytes) => Buffer.from(bytes).toString('latin1'),
  )
  const shared = batch.flatMap((one) => (one.shared === null ? [] : [one]))
  let next = 1
  const first = batch.map(({ texts }) => {
    next += texts.length
    return next - texts.length
  })
  return [
    list(({ message }) => message.sender),
    list(({ message }) => message.fromMailbox ?? 0),
    list(({ message }) => message.id),
    bytesArray(batch.map(({ digest }) => digest)),
    plainArray([...first, next]),
    list(({ groupHash }) => (groupHash === null ? 0 : groups.numberOf(groupHash))),
    list(({ message }) => message.group?.epoch ?? 0),
    list(({ message }) => message.group?.commit === true),
    list(({ message }) => Math.floor(message.now / DAY)),
    bytesArray(groups.list),
    list((one) => shared.indexOf(one) + 1),
    textArray(shared.map(({ shared: text }) => text ?? '')),
  ]
}

function perText(
  texts: readonly (AddressedText & { readonly message: NewMessage })[],
  nameNumber: (name: string) => number,
): Value[] {
  const list = <T extends Scalar>(pick: (one: (typeof texts)[number]) => T): string => plainArray(texts.map(pick))
  return [
    list(({ name }) => nameNumber(name)),
    list(({ message }) => message.sender),
    list(({ message }) => message.id),
    list(({ message }) => message.now),
    list(({ message }) => message.timestamp),
    list(({ message }) => (message.expiresIn === undefined ? 'NULL' : message.now + message.expiresIn * 1_000)),
    list(({ isShared }) => isShared),
    list(({ bytes }) => bytes),
    textArray(texts.map(({ text }) => text)),
  ]
}

function fates(batch: readonly Prepared[], answer: unknown): readonly Fate[] {
  if (!Array.isArray(answer)) throw new TypeError('append_1 has answered something else')
  const [results, afters, reasons, mailboxes, seqs, addressees] = answer.map(toNumbers)
  const places: { mailbox: number; seq: number; index: number }[][] = batch.map(() => [])
  const origin = batch.flatMap(({ texts }, message) => texts.map((_, index) => ({ message, index })))
  for (const [n, mailbox] of (mailboxes ?? []).entries()) {
    const from = origin[(addressees?.[n] ?? 0) - 1]
    if (from !== undefined) places[from.message]?.push({ mailbox, seq: seqs?.[n] ?? 0, index: from.index })
  }
  return batch.map(({ message }, n): Fate => {
    const username = message.to[origin[(reasons?.[n] ?? 0) - 1]?.index ?? 0]?.username ?? ''
    const after = afters?.[n] ?? 0
    switch (results?.[n] ?? -1) {
      case ACCEPTED:
        return { result: 'accepted', after, duplicate: false, entries: places[n] ?? [] }
      case DUPLICATE:
        return { result: 'accepted', after, duplicate: true, entries: [] }
      case ID_REUSED:
        return { result: 'id_reused' }
      case NO_SUCH_USER:
        return { result: 'no_such_user', username }
      case MAILBOX_FULL:
        return { result: 'mailbox_full', username }
      case EPOCH_PASSED:
        return { result: 'epoch_passed', epoch: after }
      case SENDER_GONE:
        return { result: 'sender gone' }
      default:
        throw new TypeError('append_1 has answered something else')
    }
  })
}
