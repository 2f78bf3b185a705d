import type { AppendResult, NewMessage } from '../store.ts'
import type { AccountState, MailboxState } from './cache.ts'
import type { Context } from './context.ts'
import { Refusal } from '../refusal.ts'
import { digestOf, idBytes } from '../identity.ts'
import { count, hasRoom } from './quota.ts'

interface Destination {
  readonly account: AccountState
  readonly mailboxes: readonly MailboxState[]
  readonly text: string
  /** The text is the one for all. */
  readonly isShared: boolean
  readonly bytes: number
  /** Place in the message's `to`. */
  readonly index: number
}

type Refused = Exclude<AppendResult, { readonly result: 'accepted' }>
type Place = { readonly mailbox: number; readonly seq: number; readonly index: number }

/** What this sender sent under this id before, or null. */
function earlier(
  { cache }: Context,
  sender: number,
  { id, digest }: { id: Buffer; digest: Buffer },
): AppendResult | null {
  const record = cache.dedup.find(sender, id)
  if (record === null) return null
  if (digest.compare(record.digest) !== 0) return { result: 'id_reused' }
  return { result: 'accepted', after: record.after, duplicate: true, entries: [] }
}

/** The mailboxes that get a copy. A message to oneself goes to the *other* devices, or to the plain mailbox: a note to self. */
const mailboxesFor = (account: AccountState, message: NewMessage): readonly MailboxState[] =>
  account.account === message.sender && account.hasDevices && message.fromMailbox !== null
    ? account.mailboxes.filter(({ mailbox }) => mailbox !== message.fromMailbox)
    : account.mailboxes

/** Looks up everybody and asks for room, writing nothing. */
function destinations(context: Context, message: NewMessage): readonly Destination[] | Refused {
  const found: Destination[] = []
  for (const { username, message_text: own } of message.to) {
    const account = context.cache.byName(username)
    if (account === null) return { result: 'no_such_user', username }
    const text = own ?? message.text ?? ''
    const bytes = Buffer.byteLength(text)
    const mailboxes = mailboxesFor(account, message)
    for (const mailbox of mailboxes) {
      if (!hasRoom(context, mailbox, { sender: message.sender, bytes })) return { result: 'mailbox_full', username }
    }
    found.push({ account, mailboxes, text, isShared: own === undefined, bytes, index: found.length })
  }
  return found
}

interface Delivering {
  readonly message: NewMessage
  readonly id: Buffer
  readonly places: Place[]
  /** The number of the text that several accounts share, or null. */
  readonly shared: number | null
}

/** Stores what an account gets. An ordinary message has a statement of its own that names no more than it needs. */
function storeText({ db, cache }: Context, { message, id, shared }: Delivering, destination: Destination): number {
  const number = cache.nextMessage()
  const { account, mailboxes, text, isShared } = destination
  const body = isShared && shared !== null ? '' : text
  const values = [number, message.sender, account.account, mailboxes.length, message.now, id, message.timestamp, body]
  if (message.expiresIn === undefined) {
    db.sql(
      `INSERT INTO messages (message, kind, sender, addressee, holders, fetched, accepted_at, id, timestamp, body)
       VALUES (?, 0, ?, ?, ?, 0, ?, ?, ?, ?)`,
    ).run(...values)
  } else {
    db.sql(
      `INSERT INTO messages (message, kind, sender, addressee, holders, fetched, accepted_at, id, timestamp, body, ends_at)
       VALUES (?, 0, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
    ).run(...values, message.now + message.expiresIn * 1_000)
  }
  return number
}

/** Stores a text once, gives it the next place in each of the mailboxes and adds these to `places`. */
function deliver(context: Context, delivering: Delivering, destination: Destination): void {
  const { db, cache } = context
  const { message, places } = delivering
  const { mailboxes, bytes, index } = destination
  const number = storeText(context, delivering, destination)
  const shared = destination.isShared ? delivering.shared : null
  const insert = db.sql(
    shared === null
      ? 'INSERT INTO entries (place, message, sender, bytes, holders) VALUES (?1 << 32 | ?2, ?3, ?4, ?5, ?6)'
      : 'INSERT INTO entries (place, message, sender, bytes, holders, shared) VALUES (?1 << 32 | ?2, ?3, ?4, ?5, ?6, ?7)',
  )
  const more = shared === null ? [] : [shared]
  for (const state of mailboxes) {
    state.lastSeq += 1
    count(state, message.sender, bytes)
    cache.touch(state)
    insert.run(state.mailbox, state.lastSeq, number, message.sender, bytes, mailboxes.length, ...more)
    places.push({ mailbox: state.mailbox, seq: state.lastSeq, index })
  }
}

/** Stores the text that several accounts get alike. Its number is that of the message's first text, which no other message has. */
function storeShared({ db, cache }: Context, texts: readonly Destination[]): number | null {
  const sharing = texts.filter(({ isShared }) => isShared)
  const [first] = sharing
  if (first === undefined || sharing.length === 1) return null
  const number = cache.lastMessage() + 1
  db.sql('INSERT INTO shared_texts (text, holders, body) VALUES (?, ?, ?)').run(number, sharing.length, first.text)
  return number
}

/** The sending device's place in its own mailbox; 0 when it has none. */
function ownPlace({ cache }: Context, { sender, fromMailbox }: NewMessage): number {
  if (fromMailbox === null) return 0
  const own = cache.mailbox(fromMailbox)
  return own !== null && own.account === sender ? own.lastSeq : 0
}

/**
 * Accepts a message, all or nothing. The rules, in this order:
 * - a message that was accepted before gets the same answer again, whatever has become of its addressees since;
 * - everything that may refuse is asked before anything is written;
 * - the dedup record, the group's epoch, the texts and the places in all mailboxes are one transaction (the batch's).
 */
export function append(context: Context, message: NewMessage): AppendResult {
  const { cache } = context
  const id = idBytes(message.id)
  const digest = digestOf(message)
  if (cache.byNumber(message.sender) === null) throw new Refusal('not_signed_in', 'The sending account is gone.')
  const before = earlier(context, message.sender, { id, digest })
  if (before !== null) return before
  const epoch = message.group === undefined ? null : cache.groups.conflict(message.group)
  if (epoch !== null) return { result: 'epoch_passed', epoch }
  const found = destinations(context, message)
  if ('result' in found) return found

  const after = ownPlace(context, message)
  const texts = found.filter(({ mailboxes }) => mailboxes.length > 0)
  cache.dedup.add({ account: message.sender, id, digest, after, first: cache.lastMessage() + 1, texts: texts.length })
  if (message.group !== undefined) cache.groups.use(message.group, message.now)
  const shared = message.text === undefined ? null : storeShared(context, texts)
  const places: Place[] = []
  for (const destination of texts) deliver(context, { message, id, places, shared }, destination)
  return { result: 'accepted', after, duplicate: false, entries: places }
}
