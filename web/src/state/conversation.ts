import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Messenger, Place } from '@chatnip/sdk'
import { firstUnreadKey } from '../format/groups.ts'
import type { LogItem } from '../format/groups.ts'

const PAGE = 100

/** One conversation as it is open on the screen. */
export interface OpenConversation {
  /** Null until the first page was read. */
  readonly items: ReadonlySignal<readonly LogItem[] | null>
  /** Everything down to the first message is there. */
  readonly complete: ReadonlySignal<boolean>
  /** Where the line before the new messages stands; decided once, when the conversation is opened. */
  readonly firstUnread: ReadonlySignal<string | null>
  loadOlder(): Promise<void>
  readonly stop: () => void
}

/** Negative: `one` stands before `other`. What waits in the outbox stands last. */
const comparePlaces = (one: Place | null, other: Place | null): number => {
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  return one.seq - other.seq || one.sub - other.sub
}

/** The older items that were read before, then the latest page as it is now. */
export const mergeLatest = (old: readonly LogItem[], latest: readonly LogItem[]): readonly LogItem[] => {
  const first = latest[0]
  if (first === undefined || latest.length < PAGE) return latest
  return [...old.filter((item) => comparePlaces(item.place, first.place) < 0), ...latest]
}

/** Runs `work` at once, and once more after it if it was asked for meanwhile: many changes make few readings. */
const coalesce = (work: () => Promise<void>): (() => void) => {
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    running = true
    do {
      again = false
      await work()
    } while (again)
    running = false
  }
  return () => {
    if (running) again = true
    else
      run().catch(() => {
        running = false
      })
  }
}

/** Reads a conversation page by page and follows what happens in it. */
export const openConversation = (messenger: Messenger, name: string): OpenConversation => {
  const items = signal<readonly LogItem[] | null>(null)
  const complete = signal(false)
  const firstUnread = signal<string | null>(null)
  const unread = messenger.conversations().find((conversation) => conversation.name === name)?.unread ?? 0
  let loading = false
  const refresh = coalesce(async () => {
    const latest = await messenger.messages(name, { limit: PAGE })
    if (items.value === null) firstUnread.value = firstUnreadKey(latest, unread)
    if (latest.length < PAGE) complete.value = true
    items.value = mergeLatest(items.value ?? [], latest)
  })
  const loadOlder = async (): Promise<void> => {
    const before = items.value?.[0]?.place ?? null
    if (loading || complete.value || before === null) return
    loading = true
    try {
      const older = await messenger.messages(name, { before, limit: PAGE })
      if (older.length < PAGE) complete.value = true
      items.value = [...older, ...(items.value ?? [])]
    } finally {
      loading = false
    }
  }
  const unfollow = messenger.onChange((change) => {
    const here = change.kind === 'messages' && change.conversation === name
    if (here || (change.kind === 'contact' && change.name === name)) refresh()
  })
  refresh()
  return { items, complete, firstUnread, loadOlder, stop: unfollow }
}
