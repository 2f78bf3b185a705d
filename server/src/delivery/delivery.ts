import { ChatnipError, LIMITS } from '@chatnip/protocol'
import type { MailboxItem } from '@chatnip/protocol'
import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { AppendResult, Entry, NewMessage, Session, Store } from '../store/store.ts'
import { tailOf } from './feed.ts'
import type { Feed } from './feed.ts'
import { checkOutgoing } from './outgoing.ts'
import type { Outgoing } from './outgoing.ts'

export interface Accepted {
  readonly after: number
  readonly duplicate: boolean
}

/**
 * The heart of the server. The order is always the same:
 * - validate: form and sizes, then the sender's rates, before anything is stored;
 * - store: every addressee device's mailbox and the dedup record, one durable transaction, all or nothing;
 * - tell: only then does the sender hear `accepted`;
 * - wake: only then are live devices handed it, directly here or through the bus elsewhere;
 * - delete: when each device has acknowledged, and not before (or when its time is over, and then the sender is told).
 */
export interface Delivery {
  /**
   * @param tell hears that it is stored before any addressee is handed anything
   * @throws ChatnipError too_large, bad_request, too_many, no_such_user, id_reused, epoch_passed, mailbox_full, unavailable, disk_full
   */
  accept(sender: Session, message: Outgoing, tell?: (accepted: Accepted) => void): Promise<Accepted>
  /** The original's download: what waits, which is deleted by this very call. */
  take(session: Session): Promise<readonly { sendername: string; message_text: string; timestamp: number }[]>
  /** The safe download: forgets up to `after`, returns a page of what follows, waiting for it up to `waitMs`. */
  page(session: Session, after: number, wait: { ms: number; signal: AbortSignal }): Promise<readonly MailboxItem[]>
  /** The feed of a connected device, so that what arrives can be handed to it without being read back. */
  attach(mailbox: number, feed: Feed): () => void
  /** Asked now and then of a line that is up: what its device was handed and still does not say that it has is for whoever calls it. */
  callLate(mailbox: number): void
  /** There is something up to `seq`: for whoever is connected or waits here, when the bus may have said nothing. */
  wake(mailbox: number, seq: number): void
}

/** The original's call has no paging: this many at once, and the next call brings the rest. */
const TAKE = { count: 10_000, bytes: 16 * 1024 * 1024 }
const FULL_MAILBOX_RETRY_SECONDS = 300

interface Around {
  readonly limiter: Limiter
  /** Hears of each message that is not quiet and that no line here has taken. */
  readonly absent: (mailbox: number, seq: number) => void
}

export function openDelivery(store: Store, bus: Bus, clock: Clock, { limiter, absent }: Around): Delivery {
  const feeds = new Map<number, Feed>()
  /** Of downloads that wait for something to come. */
  const waiters = openWaiters()

  const hand = (sender: Session, message: Outgoing, entries: Placed['entries']) => {
    const tails = new Map<number, string>()
    for (const { mailbox, seq, index } of entries) {
      const feed = feeds.get(mailbox)
      feed?.offer(seq, () => tailAt(tails, { sender, message, index }))
      if (isForSomebody(sender, message, index)) {
        if (feed === undefined) absent(mailbox, seq)
        else feed.expect(seq)
      }
      bus.wake(mailbox, seq)
    }
  }
  return {
    accept: async (sender, message, tell) => {
      checkOutgoing(message)
      takeRates(limiter, sender, message)
      const result = await store.append(toStore(sender, message, clock.now()))
      if (result.result !== 'accepted') throw refusalOf(result)
      tell?.(result)
      hand(sender, message, result.entries)
      return result
    },
    take: async (session) => {
      const mailbox = await mailboxOf(store, session)
      const entries = mailbox === null ? [] : await store.take(mailbox, TAKE)
      return entries
        .filter(({ kind }) => kind === 'message')
        .map(({ peer, text, timestamp }) => ({ sendername: peer, message_text: text, timestamp }))
    },
    page: async (session, after, wait) => {
      const mailbox = await mailboxOf(store, session)
      if (mailbox === null) return []
      if (after > 0) await store.acknowledge(mailbox, after)
      return readOrWait({ store, bus, clock, waiters }, { mailbox, after }, wait)
    },
    wake: (mailbox, seq) => {
      feeds.get(mailbox)?.wake(seq)
      waiters.wake(mailbox)
    },
    callLate: (mailbox) => {
      const missed = feeds.get(mailbox)?.takeExpected() ?? 0
      if (missed > 0) absent(mailbox, missed)
    },
    attach: (mailbox, feed) => {
      feeds.set(mailbox, feed)
      return () => {
        if (feeds.get(mailbox) === feed) feeds.delete(mailbox)
        // Its line is down, and it never said that it has this: a phone that fell asleep.
        const missed = feed.takeExpected()
        if (missed > 0) absent(mailbox, missed)
      }
    },
  }
}

/** Whether somebody may want to be called for it: not to what they wrote themselves, on another device. */
const isForSomebody = (sender: Session, { to, quiet }: Outgoing, index: number): boolean =>
  quiet !== true && to[index]?.username.toLowerCase() !== sender.username.toLowerCase()

/** In place of an addressee's index: the text that is for all. */
const FOR_ALL = -1

interface Handed {
  readonly sender: Session
  readonly message: Outgoing
  readonly index: number
}

const toStore = (sender: Session, message: Outgoing, now: number): NewMessage => ({
  sender: sender.account,
  fromMailbox: sender.device?.mailbox ?? null,
  id: message.id,
  timestamp: message.timestamp,
  to: message.to,
  text: message.text,
  group: message.group,
  expiresIn: message.expires_in,
  now,
})

/** What all devices of one addressee are handed alike, and everybody whom the text for all is for. Worked out once. */
function tailAt(tails: Map<number, string>, { sender, message, index }: Handed): string {
  const { id, timestamp, to, text = '' } = message
  const own = to[index]?.message_text
  const key = own === undefined ? FOR_ALL : index
  const tail = tails.get(key) ?? tailOf({ id, sendername: sender.username, message_text: own ?? text, timestamp })
  tails.set(key, tail)
  return tail
}

type Placed = Extract<AppendResult, { result: 'accepted' }>

function takeRates(limiter: Limiter, sender: Session, { to, group }: Outgoing): void {
  limiter.take('message', sender.account)
  if (group?.commit === true) limiter.take('commit', sender.account)
  for (const { username } of to) limiter.take('pair', `${sender.account}>${username.toLowerCase()}`)
}

function refusalOf(result: Exclude<AppendResult, Placed>): ChatnipError {
  if (result.result === 'mailbox_full')
    return new ChatnipError('mailbox_full', { retryAfter: FULL_MAILBOX_RETRY_SECONDS })
  if (result.result === 'epoch_passed') return new ChatnipError('epoch_passed', { epoch: result.epoch })
  return new ChatnipError(result.result)
}

/** Null: a plain session of an account that has devices; there is no plain mailbox then. */
async function mailboxOf(store: Store, session: Session): Promise<number | null> {
  return session.device?.mailbox ?? store.plainMailbox(session.account)
}

const PAGE = { count: LIMITS.pageMessages, bytes: LIMITS.pageBytes }

interface Waiters {
  add(mailbox: number, wake: () => void): () => void
  wake(mailbox: number): void
}

function openWaiters(): Waiters {
  const waiting = new Map<number, Set<() => void>>()
  return {
    add: (mailbox, wake) => {
      const here = waiting.get(mailbox) ?? new Set()
      waiting.set(mailbox, here.add(wake))
      return () => {
        here.delete(wake)
        if (here.size === 0 && waiting.get(mailbox) === here) waiting.delete(mailbox)
      }
    },
    wake: (mailbox) => waiting.get(mailbox)?.forEach((wake) => wake()),
  }
}

async function readOrWait(
  { store, bus, clock, waiters }: { store: Store; bus: Bus; clock: Clock; waiters: Waiters },
  from: { mailbox: number; after: number },
  wait: { ms: number; signal: AbortSignal },
): Promise<readonly MailboxItem[]> {
  // Listen before reading: what comes between the read and the wait must not be missed.
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>()
  const stopListening = bus.onWake(from.mailbox, () => wake())
  const stopWaiting = waiters.add(from.mailbox, wake)
  const cancel = clock.after(wait.ms, wake)
  const stop = () => wake()
  wait.signal.addEventListener('abort', stop)
  try {
    const page = await store.read(from.mailbox, from.after, PAGE)
    if (page.length > 0 || wait.ms === 0 || wait.signal.aborted) return page.map(itemOf)
    await woken
    return (await store.read(from.mailbox, from.after, PAGE)).map(itemOf)
  } finally {
    stopListening()
    stopWaiting()
    cancel()
    wait.signal.removeEventListener('abort', stop)
  }
}

const itemOf = ({ kind, seq, id, peer, text, timestamp }: Entry): MailboxItem =>
  kind === 'message'
    ? { kind, seq, id, sendername: peer, message_text: text, timestamp }
    : { kind, seq, id, destname: peer }
