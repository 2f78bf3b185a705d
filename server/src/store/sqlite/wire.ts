import type { AppendResult, NewMessage } from '../store.ts'
import type { Call, Outcome } from './calls.ts'

/**
 * How a batch travels between the threads: one flat list instead of an object per call. Copying objects from thread to thread costs 5 µs for
 * each message and its answer, a flat list 1 µs; so the two calls that every message makes are spelled out, and the others go as they are.
 * Writer and reader of each form stand side by side.
 */

export type Flat = (string | number | null | Call | Outcome)[]

/** What comes next in the list. */
const OTHER = 0
const APPEND = 1
const ACKNOWLEDGE = 2
const NOTHING = 3
/** An `APPEND` before which stands what ordinary messages don't have. */
const APPEND_WITH = 4

/** Reads a list from the front. A value of another kind than expected is a mistake in this file. */
class Reader {
  readonly #flat: Flat
  #next = 0

  constructor(flat: Flat) {
    this.#flat = flat
  }

  get done(): boolean {
    return this.#next >= this.#flat.length
  }

  any(): Flat[number] | undefined {
    const value = this.#flat[this.#next]
    this.#next += 1
    return value
  }

  number(): number {
    const value = this.any()
    if (typeof value === 'number') return value
    throw new TypeError(`expected a number, found ${typeof value}`)
  }

  numberOrNull(): number | null {
    const value = this.any()
    if (value === null || typeof value === 'number') return value
    throw new TypeError(`expected a number or null, found ${typeof value}`)
  }

  textOrNull(): string | null {
    const value = this.any()
    if (value === null || typeof value === 'string') return value
    throw new TypeError(`expected text or null, found ${typeof value}`)
  }

  text(): string {
    const value = this.any()
    if (typeof value === 'string') return value
    throw new TypeError(`expected text, found ${typeof value}`)
  }
}

export function packCalls(calls: readonly Call[]): Flat {
  const flat: Flat = []
  for (const call of calls) {
    if (call.name === 'append') packMessage(flat, call.args[0])
    else if (call.name === 'acknowledge') flat.push(ACKNOWLEDGE, call.args[0], call.args[1])
    else flat.push(OTHER, call)
  }
  return flat
}

export function unpackCalls(flat: Flat): readonly Call[] {
  const reader = new Reader(flat)
  const calls: Call[] = []
  while (!reader.done) {
    const form = reader.number()
    if (form === APPEND) calls.push({ name: 'append', args: [unpackMessage(reader)] })
    else if (form === APPEND_WITH)
      calls.push({ name: 'append', args: [{ ...unpackMore(reader), ...unpackMessage(reader) }] })
    else if (form === ACKNOWLEDGE) calls.push({ name: 'acknowledge', args: [reader.number(), reader.number()] })
    else {
      const call = reader.any()
      if (typeof call !== 'object' || call === null || !('name' in call)) throw new TypeError('expected a call')
      calls.push(call)
    }
  }
  return calls
}

function packMessage(flat: Flat, message: NewMessage): void {
  const { sender, fromMailbox, id, timestamp, now, to } = message
  if (message.text === undefined && message.group === undefined && message.expiresIn === undefined) flat.push(APPEND)
  else packMore(flat, message)
  flat.push(sender, fromMailbox, id, timestamp, now, to.length)
  for (const { username, message_text: text = null } of to) flat.push(username, text)
}

function unpackMessage(reader: Reader): NewMessage {
  const [sender, fromMailbox, id] = [reader.number(), reader.numberOrNull(), reader.text()]
  const [timestamp, now, count] = [reader.number(), reader.number(), reader.number()]
  const to: { username: string; message_text?: string }[] = []
  for (let index = 0; index < count; index += 1) {
    const username = reader.text()
    const text = reader.textOrNull()
    to.push(text === null ? { username } : { username, message_text: text })
  }
  return { sender, fromMailbox, id, timestamp, to, now }
}

type More = Pick<NewMessage, 'text' | 'group' | 'expiresIn'>

function packMore(flat: Flat, { text, group, expiresIn }: More): void {
  flat.push(APPEND_WITH, text ?? null, group?.id ?? null, group?.epoch ?? 0, group?.commit === true ? 1 : 0)
  flat.push(expiresIn ?? null)
}

function unpackMore(reader: Reader): More {
  const [text, id, epoch, commit] = [reader.textOrNull(), reader.textOrNull(), reader.number(), reader.number() === 1]
  const expiresIn = reader.numberOrNull()
  return {
    ...(text === null ? {} : { text }),
    ...(id === null ? {} : { group: { id, epoch, ...(commit ? { commit } : {}) } }),
    ...(expiresIn === null ? {} : { expiresIn }),
  }
}

type Accepted = Extract<AppendResult, { readonly result: 'accepted' }>

const isAccepted = (value: unknown): value is Accepted =>
  typeof value === 'object' && value !== null && 'result' in value && value.result === 'accepted' && 'entries' in value

export function packOutcomes(outcomes: readonly Outcome[]): Flat {
  const flat: Flat = []
  for (const outcome of outcomes) {
    if (outcome.ok && outcome.value === undefined) flat.push(NOTHING)
    else if (outcome.ok && isAccepted(outcome.value)) packAccepted(flat, outcome.value)
    else flat.push(OTHER, outcome)
  }
  return flat
}

export function unpackOutcomes(flat: Flat): readonly Outcome[] {
  const reader = new Reader(flat)
  const outcomes: Outcome[] = []
  while (!reader.done) {
    const form = reader.number()
    if (form === NOTHING) outcomes.push({ ok: true, value: undefined })
    else if (form === APPEND) outcomes.push({ ok: true, value: unpackAccepted(reader) })
    else {
      const outcome = reader.any()
      if (typeof outcome !== 'object' || outcome === null || !('ok' in outcome))
        throw new TypeError('expected an outcome')
      outcomes.push(outcome)
    }
  }
  return outcomes
}

function packAccepted(flat: Flat, { after, duplicate, entries }: Accepted): void {
  flat.push(APPEND, after, duplicate ? 1 : 0, entries.length)
  for (const { mailbox, seq, index } of entries) flat.push(mailbox, seq, index)
}

function unpackAccepted(reader: Reader): Accepted {
  const [after, duplicate, count] = [reader.number(), reader.number() === 1, reader.number()]
  const entries: { mailbox: number; seq: number; index: number }[] = []
  for (let place = 0; place < count; place += 1) {
    entries.push({ mailbox: reader.number(), seq: reader.number(), index: reader.number() })
  }
  return { result: 'accepted', after, duplicate, entries }
}
