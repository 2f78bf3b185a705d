import { ChatnipError } from '@chatnip/protocol'
import type { AppendResult, Arrivals, Entry, NewMessage, StoreLimits } from '../../../server/src/store/store.ts'
import { byName, drop, fold, hasDevices, hasRoom, mailboxesOf, nextNumber } from './tables.ts'
import type { Mailbox, Tables } from './tables.ts'

/** The rules of a mailbox store over plain tables, each at once and all or nothing. The contract suite says whether they are right. */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const dayOf = (ms: number): number => Math.floor(ms / 86_400_000)

function digestOf({ timestamp, to, text, group, expiresIn }: NewMessage): string {
  const parts = to.map(({ username, message_text }) => [fold(username), message_text] as const)
  if (text === undefined && parts.some(([, own]) => own === undefined)) throw new ChatnipError('bad_request')
  if (new Set(parts.map(([name]) => name)).size < parts.length) throw new ChatnipError('bad_request')
  return JSON.stringify([timestamp, parts.toSorted(([a], [b]) => (a < b ? -1 : 1)), text, group, expiresIn])
}

export function append(tables: Tables, message: NewMessage, limits: StoreLimits): AppendResult {
  if (!UUID.test(message.id)) throw new ChatnipError('bad_request')
  const digest = digestOf(message)
  const sender = tables.accounts.get(message.sender)
  if (sender === undefined) throw new ChatnipError('not_signed_in')
  const key = `${message.sender} ${message.id}`
  const before = tables.dedup.get(key)
  if (before !== undefined) {
    if (before.digest !== digest) return { result: 'id_reused' }
    return { result: 'accepted', after: before.after, duplicate: true, entries: [] }
  }
  const { group } = message
  const epoch = group === undefined ? undefined : tables.groups.get(group.id)?.epoch
  if (epoch !== undefined && epoch !== group?.epoch) return { result: 'epoch_passed', epoch }
  const found = destinations(tables, message, limits)
  if ('result' in found) return found
  if (group?.commit === true) tables.groups.set(group.id, { epoch: group.epoch + 1, usedOn: dayOf(message.now) })
  else if (group !== undefined && epoch !== undefined)
    tables.groups.set(group.id, { epoch, usedOn: dayOf(message.now) })
  const own = message.fromMailbox === null ? undefined : tables.mailboxes.get(message.fromMailbox)
  const after = own?.account === message.sender ? own.lastSeq : 0
  tables.dedup.set(key, { id: message.id, digest, after })
  const entries = found.flatMap((one) => (one.mailboxes.length > 0 ? deliver(tables, message, one) : []))
  return { result: 'accepted', after, duplicate: false, entries }
}

interface Destination {
  readonly account: number
  readonly mailboxes: readonly Mailbox[]
  readonly body: string
  readonly index: number
}

type Refused = Exclude<AppendResult, { readonly result: 'accepted' }>

function destinations(tables: Tables, message: NewMessage, limits: StoreLimits): readonly Destination[] | Refused {
  const found: Destination[] = []
  for (const [index, { username, message_text: body = message.text ?? '' }] of message.to.entries()) {
    const account = byName(tables, username)?.account
    if (account === undefined) return { result: 'no_such_user', username }
    const others = account === message.sender && hasDevices(tables, account) && message.fromMailbox !== null
    const mailboxes = mailboxesOf(tables, account).filter(({ mailbox }) => !others || mailbox !== message.fromMailbox)
    const room = { sender: message.sender, bytes: Buffer.byteLength(body), limits }
    if (!mailboxes.every((mailbox) => hasRoom(tables, mailbox, room))) return { result: 'mailbox_full', username }
    found.push({ account, mailboxes, body, index })
  }
  return found
}

function deliver(tables: Tables, message: NewMessage, { account, mailboxes, body, index }: Destination) {
  const text = nextNumber(tables)
  const { sender, now: acceptedAt, id, timestamp, expiresIn } = message
  const endsAt = expiresIn === undefined ? null : acceptedAt + expiresIn * 1_000
  const facts = { kind: 'message', sender, addressee: account, acceptedAt, endsAt, id, timestamp, body } as const
  tables.texts.set(text, { ...facts, bytes: Buffer.byteLength(body), holders: mailboxes.length, fetched: false })
  return mailboxes.map((mailbox) => ({ mailbox: mailbox.mailbox, seq: place(mailbox, text), index }))
}

function place(mailbox: Mailbox, text: number): number {
  mailbox.lastSeq += 1
  mailbox.entries.push({ seq: mailbox.lastSeq, text })
  return mailbox.lastSeq
}

export interface Page {
  readonly count: number
  readonly bytes: number
}

export function read(tables: Tables, mailbox: number, after: number, limit: Page): Entry[] {
  const page: Entry[] = []
  let bytes = 0
  for (const { seq, text: number } of tables.mailboxes.get(mailbox)?.entries ?? []) {
    const text = tables.texts.get(number)
    if (seq <= after || text === undefined) continue
    bytes += text.bytes
    if (page.length >= limit.count || (page.length > 0 && bytes > limit.bytes)) break
    const { kind, id, timestamp, body } = text
    const isNotice = kind === 'expired'
    const peer = isNotice ? body : (tables.accounts.get(text.sender)?.username ?? '')
    page.push({ seq, kind, id, peer, text: isNotice ? '' : body, timestamp })
  }
  return page
}

/** The mailboxes of those for whom something came after that number and is still there. */
export function arrivals(tables: Tables, after: number | null): Arrivals {
  const upto = tables.lastNumber
  const texts = after === null ? [] : [...tables.texts].filter(([number]) => number > after)
  const accounts = new Set(texts.map(([, { addressee }]) => addressee))
  const boxes = [...tables.mailboxes.values()].filter(({ account }) => accounts.has(account))
  return { upto, mailboxes: boxes.map(({ mailbox, lastSeq }) => ({ mailbox, seq: lastSeq })) }
}

export function acknowledge(tables: Tables, mailbox: number, upto: number): void {
  const box = tables.mailboxes.get(mailbox)
  if (box !== undefined) drop(tables, box, ({ seq }) => seq <= upto, true)
}

export function take(tables: Tables, mailbox: number, limit: Page): Entry[] {
  const page = read(tables, mailbox, 0, limit)
  acknowledge(tables, mailbox, page.at(-1)?.seq ?? 0)
  return page
}

type Wake = { readonly mailbox: number; readonly seq: number }

/** Oldest first; stops at the first that is young, passes over those that claim to come from the future. */
export function expire(tables: Tables, { before, now, batch }: { before: number; now: number; batch: number }): Wake[] {
  const wakes: Wake[] = []
  const rows = [...tables.texts].filter(([number]) => number > tables.expiryPassed).slice(0, batch)
  let removed = 0
  for (const [number, text] of rows) {
    if (text.acceptedAt >= before && text.acceptedAt <= now) {
      tables.expiryPassed = 0
      return wakes
    }
    if (text.acceptedAt > now) tables.expiryPassed = number
    else {
      if (removed > 0 && removed + text.holders > batch) return wakes
      removed += text.holders
      const mustTell =
        text.kind === 'message' && !text.fetched && text.sender !== text.addressee && text.endsAt === null
      for (const box of mailboxesOf(tables, text.addressee)) drop(tables, box, (entry) => entry.text === number, false)
      if (mustTell) wakes.push(...tellSender(tables, number, text, now))
    }
  }
  if (rows.length < batch) tables.expiryPassed = 0
  return wakes
}

/** Removes what was to be gone by now. @returns whether there may be more */
export function dropEnded(tables: Tables, now: number, batch: number): boolean {
  const ended = [...tables.texts].filter(([, { endsAt }]) => endsAt !== null && endsAt <= now).slice(0, batch)
  for (const [number, text] of ended)
    for (const box of mailboxesOf(tables, text.addressee)) drop(tables, box, (entry) => entry.text === number, false)
  return ended.length === batch
}

/** Groups that nobody has used since that time. */
export function forgetGroups(tables: Tables, before: number): void {
  for (const [id, { usedOn }] of tables.groups) if (usedOn < dayOf(before)) tables.groups.delete(id)
}

type Expired = { readonly sender: number; readonly addressee: number; readonly id: string; readonly timestamp: number }

function tellSender(
  tables: Tables,
  _number: number,
  { sender, addressee, id, timestamp }: Expired,
  now: number,
): Wake[] {
  const peer = tables.accounts.get(addressee)?.username
  const boxes = tables.accounts.has(sender) ? mailboxesOf(tables, sender) : []
  if (peer === undefined || boxes.length === 0) return []
  const text = nextNumber(tables)
  const facts = {
    kind: 'expired',
    sender,
    addressee: sender,
    acceptedAt: now,
    endsAt: null,
    id,
    timestamp,
    body: peer,
  } as const
  tables.texts.set(text, { ...facts, bytes: 0, holders: boxes.length, fetched: false })
  return boxes.map((box) => ({ mailbox: box.mailbox, seq: place(box, text) }))
}
