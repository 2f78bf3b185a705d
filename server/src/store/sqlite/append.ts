import type { AppendResult, NewMessage } from '../store.ts'
import type { AccountState, MailboxState } from './cache.ts'
import type { Context } from './context.ts'
import { Refusal } from './failures.ts'
import { digestOf, idBytes } from './identity.ts'
import { count, hasRoom } from './quota.ts'
import { toBytes, toNumber } from './rows.ts'

interface Destination {
  readonly account: AccountState
  readonly mailboxes: readonly MailboxState[]
  readonly text: string
  readonly bytes: number
}

type Refused = Exclude<AppendResult, { readonly result: 'accepted' }>
type Place = { readonly mailbox: number; readonly seq: number; readonly index: number }

/** What this sender sent under this id before, or null. */
function earlier(
  { db }: Context,
  sender: number,
  { id, digest }: { id: Uint8Array; digest: Uint8Array },
): AppendResult | null {
  const row = db.sql('SELECT digest, after FROM dedup WHERE account = ? AND id = ?').get(sender, id)
  if (row === undefined) return null
  if (Buffer.compare(toBytes(row['digest']), digest) !== 0) return { result: 'id_reused' }
  return { result: 'accepted', after: toNumber(row['after']), duplicate: true, entries: [] }
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
    found.push({ account, mailboxes, text, bytes })
  }
  return found
}

/** Stores a text once and gives it the next place in each of the mailboxes. */
function deliver(
  { db, cache }: Context,
  message: NewMessage & { readonly idBytes: Uint8Array },
  destination: Destination & { readonly index: number; readonly number: number },
): Place[] {
  db.sql(
    `INSERT INTO messages (message, kind, sender, addressee, holders, fetched, accepted_at, id, timestamp, body)
     VALUES (?, 0, ?, ?, ?, 0, ?, ?, ?, ?)`,
  ).run(
    destination.number,
    message.sender,
    destination.account.account,
    destination.mailboxes.length,
    message.now,
    message.idBytes,
    message.timestamp,
    destination.text,
  )
  const insert = db.sql('INSERT INTO entries (place, message, sender, bytes) VALUES (?1 << 32 | ?2, ?3, ?4, ?5)')
  return destination.mailboxes.map((state) => {
    state.lastSeq += 1
    count(state, message.sender, destination.bytes)
    cache.touch(state)
    insert.run(state.mailbox, state.lastSeq, destination.number, message.sender, destination.bytes)
    return { mailbox: state.mailbox, seq: state.lastSeq, index: destination.index }
  })
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
  const { db, cache } = context
  const id = idBytes(message.id)
  const digest = digestOf(message)
  if (cache.byNumber(message.sender) === null) throw new Refusal('not_signed_in', 'The sending account is gone.')
  const found = destinations(context, message)
  if ('result' in found) return earlier(context, message.sender, { id, digest }) ?? found

  const texts = found.filter(({ mailboxes }) => mailboxes.length > 0).length
  const after = ownPlace(context, message)
  // Asking and claiming the id in one statement: the usual message has never been seen before.
  const { changes } = db
    .sql(
      `INSERT INTO dedup (account, id, digest, after, first, texts)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    )
    .run(message.sender, id, digest, after, cache.lastMessage() + 1, texts)
  if (changes === 0) return earlier(context, message.sender, { id, digest }) ?? { result: 'id_reused' }

  const entries: Place[] = []
  for (const [index, destination] of found.entries()) {
    if (destination.mailboxes.length === 0) continue
    const number = cache.nextMessage()
    entries.push(...deliver(context, { ...message, idBytes: id }, { ...destination, index, number }))
  }
  return { result: 'accepted', after, duplicate: false, entries }
}
