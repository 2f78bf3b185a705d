import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Messenger, Place } from '@chatnip/sdk'
import { keyOf } from '../format/lines.ts'
import type { LogItem } from '../format/lines.ts'
import { aroundUnread, OPENING, placed, putBefore, putBehind, received, reuse, START, STEP, trim } from './run.ts'
import type { Aim, Run } from './run.ts'

/** So many are read at once when nobody waits to see them. */
const BULK = 500

/** One conversation as it is open on the screen: a stretch of it, moved by whoever scrolls. */
export interface OpenConversation {
  /** Null until it was read. */
  readonly run: ReadonlySignal<Run | null>
  /** Before which message the line of the new ones stands, by key; decided once, when the conversation is opened. */
  readonly firstUnread: ReadonlySignal<string | null>
  loadOlder(): void
  loadNewer(): void
  toFirst(): void
  toLatest(): void
  /** To one message, wherever it stands. */
  toMessage(place: Place, key: string): void
  /**
   * To the latest item that is wanted, however far back it stands.
   * @param isWanted is handed the items from some place on to the end
   * @returns null when there is none in the whole conversation
   */
  find(isWanted: (item: LogItem, all: readonly LogItem[]) => boolean): Promise<LogItem | null>
  /** Whether the reader is at the end, and so stays there when more comes. */
  follow(following: boolean): void
  readonly stop: () => void
}

interface Reader {
  readonly messages: (options: Parameters<Messenger['messages']>[1]) => Promise<readonly LogItem[]>
}

const latest = async ({ messages }: Reader, aim: Aim | null): Promise<Run> => {
  const items = await messages({ limit: OPENING })
  return { items, first: placed(items) < OPENING, last: true, aim }
}

/** The latest ones; with new ones among them, those around the first of these, however far back that is. */
const opening = async (reader: Reader, unread: number): Promise<Run & { key?: string }> => {
  const run = await latest(reader, 'end')
  let { items, first } = run
  while (!first && received(items) < unread) {
    const before = items[0]?.place ?? START
    const older = await reader.messages({ before, limit: BULK })
    first = older.length < BULK
    items = [...older, ...items]
  }
  return aroundUnread(items, unread, first) ?? run
}

const older = async ({ messages }: Reader, run: Run): Promise<Run> => {
  const before = run.items[0]?.place ?? null
  if (run.first || before === null) return run
  const items = await messages({ before, limit: STEP })
  return putBefore(run, items, items.length < STEP)
}

/** Reads the last one again as well: the page begins with it. */
const newer = async ({ messages }: Reader, run: Run): Promise<Run> => {
  const from = run.items.at(-1)?.place ?? null
  if (run.last || from === null) return run
  const items = await messages({ from, limit: STEP + 1 })
  return putBehind({ ...run, items: run.items.slice(0, -1) }, items, placed(items) <= STEP)
}

/** The same stretch as it is now, with what came at its end. */
const again = async (reader: Reader, run: Run, following: boolean): Promise<Run> => {
  const from = run.first ? START : (run.items[0]?.place ?? null)
  if (from === null) return latest(reader, null)
  const limit = placed(run.items) + (run.last ? STEP : 0)
  const items = await reader.messages({ from, limit })
  const last = placed(items) < limit
  if (run.last && !last && following) return latest(reader, 'end')
  return trim({ items: reuse(run.items, items), first: run.first, last, aim: null }, following)
}

const around = async ({ messages }: Reader, place: Place, aim: Aim): Promise<Run> => {
  const half = OPENING / 2
  const [front, back] = await Promise.all([
    messages({ before: place, limit: half }),
    messages({ from: place, limit: half }),
  ])
  return { items: [...front, ...back], first: front.length < half, last: placed(back) < half, aim }
}

const findBack = async (
  { messages }: Reader,
  isWanted: Parameters<OpenConversation['find']>[0],
): Promise<LogItem | null> => {
  let all = await messages({ limit: BULK })
  for (let full = placed(all) >= BULK; ;) {
    const found = all.findLast((item) => isWanted(item, all))
    const before = all[0]?.place ?? null
    if (found !== undefined || !full || before === null) return found ?? null
    const older = await messages({ before, limit: BULK })
    full = older.length >= BULK
    all = [...older, ...all]
  }
}

/** What waits has no place: it stands at the end. */
const showing = async (reader: Reader, run: Run, item: LogItem): Promise<Run> => {
  const aim = { key: keyOf(item) }
  if (run.items.some((one) => keyOf(one) === aim.key)) return { ...run, aim }
  return item.place === null ? latest(reader, 'end') : around(reader, item.place, aim)
}

/**
 * One step after the other, so that none works on a stretch that another is just changing. A step that is asked for while the
 * same one waits is that one.
 */
const oneByOne = () => {
  const waiting = new Map<string, () => Promise<void>>()
  let running = false
  const run = async (): Promise<void> => {
    running = true
    for (const [name, step] of waiting) {
      waiting.delete(name)
      /** What cannot be read now is asked for again at the next scroll or change. */
      await step().catch(() => undefined)
    }
    running = false
  }
  return (name: string, step: () => Promise<void>): void => {
    waiting.set(name, step)
    if (!running) void run()
  }
}

/** Reads a conversation and follows what happens in it. */
export const openConversation = (messenger: Messenger, name: string): OpenConversation => {
  const run = signal<Run | null>(null)
  const firstUnread = signal<string | null>(null)
  const reader: Reader = { messages: (options) => messenger.messages(name, options) }
  const unread = messenger.conversations().find((conversation) => conversation.name === name)?.unread ?? 0
  const queue = oneByOne()
  let following = true
  const step = (title: string, work: (run: Run) => Promise<Run>) => {
    queue(title, async () => {
      if (run.value !== null) run.value = await work(run.value)
    })
  }
  let loading = false
  /** Scrolling asks many times for the same. */
  const extend = (title: string, work: (reader: Reader, run: Run) => Promise<Run>) => {
    if (loading) return
    loading = true
    step(title, (now) => work(reader, now).finally(() => (loading = false)))
  }
  const refresh = () => {
    queue('refresh', async () => {
      if (run.value === null) {
        const { key = null, ...opened } = await opening(reader, unread)
        firstUnread.value = key
        run.value = opened
      } else run.value = await again(reader, run.value, following)
    })
  }
  const find: OpenConversation['find'] = async (isWanted) => {
    const item = await findBack(reader, isWanted)
    if (item === null) return null
    await new Promise<void>((shown) => {
      step('jump', (now) => showing(reader, now, item).finally(shown))
    })
    return item
  }
  const unfollow = messenger.onChange((change) => {
    const here = change.kind === 'messages' && change.conversation === name
    if (here || (change.kind === 'contact' && change.name === name)) refresh()
  })
  refresh()
  return {
    run,
    firstUnread,
    /** Where there is nothing more, nothing is begun: in a log of few lines both are asked for at once, and one in vain would be in the other's way. */
    loadOlder: () => {
      if (run.peek()?.first === false) extend('older', older)
    },
    loadNewer: () => {
      if (run.peek()?.last === false) extend('newer', newer)
    },
    toFirst: () => step('jump', async () => ({ ...(await around(reader, START, 'start')), first: true })),
    toLatest: () => step('jump', (now) => (now.last ? Promise.resolve({ ...now, aim: 'end' }) : latest(reader, 'end'))),
    toMessage: (place, key) => step('jump', () => around(reader, place, { key })),
    find,
    follow: (value) => {
      following = value
    },
    stop: unfollow,
  }
}
