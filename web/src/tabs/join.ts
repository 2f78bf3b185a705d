import type { Messenger } from '@chatnip/sdk'
import type { TabFrame } from './frames.ts'
import { snapshotOf } from './perform.ts'
import { SharedMessenger } from './shared-messenger.ts'
import type { Ports } from './shared-messenger.ts'

/**
 * One lock and one channel for the whole browser, whatever the account: the session is a cookie, and a browser has only one. An
 * engine that ran on while somebody signs in under another name would fetch that name's messages.
 */
const NAME = 'chatnip'

/** One tab's part in what all tabs have open together. */
export interface Membership {
  readonly messenger: Messenger
  /** The session or the keys are new: wherever the engine runs, it starts anew. */
  restart(): Promise<void>
  /** Stops taking part; the lead falls to another tab. */
  letGo(): Promise<void>
}

interface Options {
  readonly username: string
  /** Starts the engine; called only by the tab that leads. */
  readonly start: () => Promise<Messenger>
  /** Another tab logs in or out: this one has let go of everything. */
  readonly onLeft: () => void
}

class Tab {
  readonly #options: Options
  readonly #channel = new BroadcastChannel(NAME)
  readonly #waiting = new AbortController()
  readonly #ready: (messenger: Messenger) => void
  readonly #failed: (error: unknown) => void
  readonly messenger: Promise<Messenger>
  #shared: SharedMessenger | null = null
  #engine: Messenger | null = null
  #release: (() => void) | null = null
  #left = false

  constructor(options: Options) {
    this.#options = options
    const { promise, resolve, reject } = Promise.withResolvers<Messenger>()
    this.messenger = promise
    this.#ready = resolve
    this.#failed = reject
    this.#channel.addEventListener('message', ({ data }: MessageEvent<TabFrame>) => {
      this.#hear(data)
    })
    navigator.locks
      .request(NAME, { signal: this.#waiting.signal }, () => this.#holdLock())
      .catch((error: unknown) => {
        if (!this.#left) this.#fail(error)
      })
    this.#post({ kind: 'hello' })
  }

  async restart(): Promise<void> {
    if (this.#engine === null) {
      this.#post({ kind: 'restart' })
      return
    }
    await this.#engine.stop()
    await this.#startEngine()
  }

  async letGo(): Promise<void> {
    if (this.#left) return
    this.#left = true
    this.#waiting.abort()
    await this.#shared?.stop()
    this.#release?.()
    this.#channel.close()
  }

  #ports(): Ports {
    const uuid = () => crypto.randomUUID()
    return {
      tab: uuid(),
      uuid,
      post: (frame) => {
        this.#post(frame)
      },
    }
  }

  #post(frame: TabFrame): void {
    if (!this.#left) this.#channel.postMessage(frame)
  }

  #fail(error: unknown): void {
    this.#failed(error)
    void this.letGo()
  }

  /** Resolves when the lock may go to another tab: never, unless this one lets go. */
  async #holdLock(): Promise<void> {
    /** The lock may fall to this tab in the same moment in which another logs out. */
    if (this.#left) return
    await this.#startEngine()
    await new Promise<void>((done) => {
      this.#release = done
      if (this.#left) done()
    })
  }

  async #startEngine(): Promise<void> {
    const engine = await this.#options.start()
    this.#engine = engine
    this.#shared ??= new SharedMessenger(this.#ports(), snapshotOf(engine))
    this.#shared.takeOver(engine)
    this.#ready(this.#shared)
  }

  #hear(frame: TabFrame): void {
    if (this.#left) return
    if (frame.kind === 'leave') void this.letGo().then(this.#options.onLeft)
    else if (frame.kind === 'restart' && this.#engine !== null)
      this.restart().catch((error: unknown) => {
        this.#fail(error)
      })
    else if (frame.kind === 'state' && this.#shared === null) this.#follow(frame)
    else this.#shared?.hear(frame)
  }

  #follow({ snapshot }: Extract<TabFrame, { kind: 'state' }>): void {
    if (snapshot.profile.username.toLowerCase() !== this.#options.username.toLowerCase()) return
    this.#shared = new SharedMessenger(this.#ports(), snapshot)
    this.#ready(this.#shared)
  }
}

/**
 * Joins the tabs of this browser. Web Locks choose one that leads: it alone runs the engine and writes. When it goes, for
 * whatever reason, the lock falls to the next in line, which starts the engine from what is on disk.
 * @throws what `start` throws, when this tab is the one to lead
 */
export const joinTabs = async (options: Options): Promise<Membership> => {
  const tab = new Tab(options)
  return { messenger: await tab.messenger, restart: () => tab.restart(), letGo: () => tab.letGo() }
}

/** Tells this page's own words from other pages': a channel hears the others of its own page as well. */
const PAGE = crypto.randomUUID()

/** Asks all other tabs to look again who is signed in. */
export const announceAccount = (): void => {
  const channel = new BroadcastChannel(NAME)
  const frame: TabFrame = { kind: 'look', from: PAGE }
  channel.postMessage(frame)
  channel.close()
}

/** Runs `work` while no tab of this browser runs an engine; then all look again who is signed in. */
export const withoutEngines = async <T>(work: () => Promise<T>): Promise<T> => {
  const channel = new BroadcastChannel(NAME)
  const leave: TabFrame = { kind: 'leave' }
  channel.postMessage(leave)
  channel.close()
  try {
    return await navigator.locks.request(NAME, work)
  } finally {
    announceAccount()
  }
}

/** Calls `look` when another tab has logged in or out. */
export const onAccountChange = (look: () => void): void => {
  new BroadcastChannel(NAME).addEventListener('message', ({ data }: MessageEvent<TabFrame>) => {
    if (data.kind === 'look' && data.from !== PAGE) look()
  })
}
