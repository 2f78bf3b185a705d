import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Messenger, Place } from '@chatnip/sdk'
import { firstUnreadKey } from '../format/groups.ts'
import type { LogItem } from '../format/groups.ts'
import { comparePlaces, mergeLatest, PAGE, replaceBetween } from '../format/pages.ts'

/** One conversation as it is open on the screen. */
export interface OpenConversation {
  /** Null until the first page was read. */
  readonly items: ReadonlySignal<readonly LogItem[] | null>
  /** Everything down to the first message is there. */
  readonly complete: ReadonlySignal<boolean>
  /** Where the line before the new messages stands; decided once, when the conversation is opened. */
  readonly firstUnread: ReadonlySignal<string | null>
  loadOlder(): Promise<void>
  /** The latest item that is wanted; reads older pages until there is one. Null: there is none in the whole conversation. */
  find(isWanted: (item: LogItem, all: readonly LogItem[]) => boolean): Promise<LogItem | null>
  readonly stop: () => void
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

/** What is on disk in [from, to), oldest first. */
const readBetween = async (
  messenger: Messenger,
  name: string,
  { from, to }: { readonly from: Place; readonly to: Place },
): Promise<readonly LogItem[]> => {
  const read: LogItem[] = []
  let before: Place | null = to
  while (before !== null) {
    const page: readonly LogItem[] = await messenger.messages(name, { before, limit: PAGE })
    const wanted = page.filter((item) => comparePlaces(item.place, from) >= 0)
    read.unshift(...wanted)
    before = wanted.length < PAGE ? null : (page[0]?.place ?? null)
  }
  return read
}

/** What changed further back (expired, delivered, mended) is read again at most this often. */
const OLDER_PAUSE_MS = 500

/** Calls `work` once some time after it was asked for, however often that was. */
const later = (work: () => Promise<void>): { readonly ask: () => void; readonly stop: () => void } => {
  let timer: ReturnType<typeof setTimeout> | null = null
  const run = () => {
    timer = null
    /** What cannot be read now is read with the next change. */
    work().catch(() => undefined)
  }
  return {
    ask: () => {
      timer ??= setTimeout(run, OLDER_PAUSE_MS)
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer)
    },
  }
}

/** Reads a conversation page by page and follows what happens in it. */
export const openConversation = (messenger: Messenger, name: string): OpenConversation => {
  const items = signal<readonly LogItem[] | null>(null)
  const complete = signal(false)
  const firstUnread = signal<string | null>(null)
  const unread = messenger.conversations().find((conversation) => conversation.name === name)?.unread ?? 0
  let loading: Promise<void> | null = null
  /** Where the latest page begins; what is shown before that was read earlier. */
  let latestFrom: Place | null = null
  const refreshOlder = later(async () => {
    const from = items.value?.[0]?.place ?? null
    if (from === null || latestFrom === null || comparePlaces(from, latestFrom) >= 0) return
    const range = { from, to: latestFrom }
    items.value = replaceBetween(items.value ?? [], await readBetween(messenger, name, range), range)
  })
  const refresh = coalesce(async () => {
    const latest = await messenger.messages(name, { limit: PAGE })
    if (items.value === null) firstUnread.value = firstUnreadKey(latest, unread)
    if (latest.length < PAGE) complete.value = true
    latestFrom = latest[0]?.place ?? null
    items.value = mergeLatest(items.value ?? [], latest)
    if (items.value.length > latest.length) refreshOlder.ask()
  })
  const readOlder = async (): Promise<void> => {
    const before = items.value?.[0]?.place ?? null
    if (complete.value || before === null) return
    const older = await messenger.messages(name, { before, limit: PAGE })
    if (older.length < PAGE) complete.value = true
    items.value = [...older, ...(items.value ?? [])]
  }
  const loadOlder = (): Promise<void> => {
    loading ??= readOlder().finally(() => {
      loading = null
    })
    return loading
  }
  const find: OpenConversation['find'] = async (isWanted) => {
    for (;;) {
      const all = items.value ?? []
      const found = all.findLast((item) => isWanted(item, all))
      if (found !== undefined) return found
      const before = all.length
      await loadOlder()
      if ((items.value ?? []).length === before) return null
    }
  }
  const unfollow = messenger.onChange((change) => {
    const here = change.kind === 'messages' && change.conversation === name
    if (here || (change.kind === 'contact' && change.name === name)) refresh()
  })
  refresh()
  const stop = () => {
    unfollow()
    refreshOlder.stop()
  }
  return { items, complete, firstUnread, loadOlder, find, stop }
}
