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
  for (const { username, message_text: text } of message.to) {
    const account = context.cache.byName(username)
    if (account === null) return { result: 'no_such_user', username }
    const bytes = Buffer.byteLength(text)
    const mailboxes = mailboxesFor(account, message)
    for (const mailbox of mailboxes) {
      if (!hasRoom(context, mailbox, { sender: message.sender, bytes })) return { result: 'mailbox_full', username }
    }
    found.push({ account, mailboxes, text, bytes, index: found.length })
  }
  return found
}

/** Stores a text once, gives it the next place in each of the mailboxes and adds these to `places`. */
function deliver(
  { db, cache }: Context,
  { message, id, places }: { readonly message: NewMessage; readonly id: Buffer; readonly places: Place[] },
  { account, mailboxes, text, bytes, index }: Destination,
): void {
  const number = cache.nextMessage()
  db.sql(
    `INSERT INTO messages (message, kind, sender, addressee, holders, fetched, accepted_at, id, timestamp, body)
     VALUES (?, 0, ?, ?, ?, 0, ?, ?, ?, ?)`,
  ).run(number, message.sender, account.account, mailboxes.length, message.now, id, message.timestamp, text)
  const insert = db.sql(
    'INSERT INTO entries (place, message, sender, bytes, holders) VALUES (?1 << 32 | ?2, ?3, ?4, ?5, ?6)',
  )
  for (const state of mailboxes) {
    state.lastSeq += 1
    count(state, message.sender, bytes)
    cache.touch(state)
    insert.run(state.mailbox, state.lastSeq, number, message.sender, bytes, mailboxes.length)
    places.push({ mailbox: state.mailbox, seq: state.lastSeq, index })
  }
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
 * - the dedup record, the texts and the places in all mailboxes are one transaction (the batch's).
 */
export function append(context: Context, message: NewMessage): AppendResult {
  const { cache } = context
  const id = idBytes(message.id)
  const digest = digestOf(message)
  if (cache.byNumber(message.sender) === null) throw new Refusal('not_signed_in', 'The sending account is gone.')
  const before = earlier(context, message.sender, { id, digest })
  if (before !== null) return before
  const found = destinations(context, message)
  if ('result' in found) return found

  const after = ownPlace(context, message)
  const texts = found.filter(({ mailboxes }) => mailboxes.length > 0)
  cache.dedup.add({ account: message.sender, id, digest, after, first: cache.lastMessage() + 1, texts: texts.length })
  const places: Place[] = []
  for (const destination of texts) deliver(context, { message, id, places }, destination)
  return { result: 'accepted', after, duplicate: false, entries: places }
}
