import { effect, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Change, Connection, ContactView, ConversationView, Messenger, MessageView } from '@chatnip/sdk'
import { loudUnread } from '../people/standing.ts'
import { unreadTotal } from './title.ts'
import { lookForVersion } from './version.ts'

type Reacted = Extract<Change, { readonly kind: 'reacted' }>

/** The messenger as signals: a component that reads one is drawn again when it changes. */
export interface Chats {
  readonly messenger: Messenger
  readonly connection: ReadonlySignal<Connection>
  /** Whether this device tells senders that it has their messages. */
  readonly receipts: ReadonlySignal<boolean>
  /** And what was read here. */
  readonly readReceipts: ReadonlySignal<boolean>
  /** Messages in the outbox. */
  readonly waiting: ReadonlySignal<number>
  readonly conversations: ReadonlySignal<readonly ConversationView[]>
  /** What is known of somebody. Read inside a component it follows changes. */
  contact(name: string): ContactView | null
  /** As `Messenger.open`; a page that was just loaded is not connected yet, and waits until it is known whether it can be. */
  open(name: string): Promise<string>
  /** Unsent text by conversation, as far as the list shows it. */
  readonly drafts: ReadonlySignal<ReadonlyMap<string, string>>
  saveDraft(name: string, text: string): Promise<void>
  /** The latest message that arrived while this page is open. */
  readonly arrived: ReadonlySignal<MessageView | null>
  /** The latest reaction of somebody else to an own message while this page is open. */
  readonly reacted: ReadonlySignal<Reacted | null>
  stop(): void
}

/** Resolves when the line is there, or is not going to be at the moment. The engine gives an attempt up after half a minute. */
export const whenConnected = async (connection: ReadonlySignal<Connection>): Promise<void> => {
  let stop = () => {}
  await new Promise<void>((resolve) => {
    stop = effect(() => {
      if (connection.value !== 'connecting') resolve()
    })
  })
  stop()
}

/** Drafts are read once at the start; from then on every change passes through `saveDraft`. */
const loadDrafts = async (messenger: Messenger): Promise<ReadonlyMap<string, string>> => {
  const entries = await Promise.all(
    messenger.conversations().map(async ({ name }) => [name, await messenger.draft(name)] as const),
  )
  return new Map(entries.filter(([, text]) => text !== ''))
}

/** Begins to follow a messenger. */
export const followMessenger = (messenger: Messenger): Chats => {
  const connection = signal(messenger.connection())
  const receipts = signal(messenger.receipts())
  const readReceipts = signal(messenger.readReceipts())
  const waiting = signal(messenger.waiting())
  const conversations = signal(messenger.conversations())
  const contactsSeen = signal(0)
  const arrived = signal<MessageView | null>(null)
  const reacted = signal<Reacted | null>(null)
  const drafts = signal<ReadonlyMap<string, string>>(new Map())
  const read = () => {
    connection.value = messenger.connection()
    receipts.value = messenger.receipts()
    readReceipts.value = messenger.readReceipts()
    waiting.value = messenger.waiting()
    conversations.value = messenger.conversations()
    unreadTotal.value = loudUnread(conversations.value)
  }
  read()
  let wasOnline = false
  const unfollow = messenger.onChange((change) => {
    if (change.kind === 'file') return
    const isBack = wasOnline && connection.value !== 'online' && messenger.connection() === 'online'
    wasOnline ||= messenger.connection() === 'online'
    if (isBack) lookForVersion()
    if (change.kind === 'contact') contactsSeen.value += 1
    if (change.kind === 'arrived') arrived.value = change.message
    if (change.kind === 'reacted') reacted.value = change
    read()
  })
  loadDrafts(messenger).then(
    (found) => (drafts.value = new Map([...found, ...drafts.value])),
    /** Drafts in the list are a convenience; the composer reads its own again. */
    () => undefined,
  )
  return {
    messenger,
    connection,
    receipts,
    readReceipts,
    waiting,
    conversations,
    arrived,
    reacted,
    drafts,
    contact: (name) => (contactsSeen.value >= 0 ? messenger.contact(name) : null),
    open: async (name) => {
      await whenConnected(connection)
      return messenger.open(name)
    },
    saveDraft: async (name, text) => {
      const next = new Map(drafts.value)
      if (text.trim() === '') next.delete(name)
      else next.set(name, text)
      drafts.value = next
      await messenger.saveDraft(name, text)
    },
    stop: unfollow,
  }
}
