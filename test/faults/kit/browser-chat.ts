import { setTimeout as pause } from 'node:timers/promises'
import type { BrowserContext } from 'playwright-core'
import { allTexts, bubbles, openChat, say } from '../../browser/kit/chat.ts'
import { signUp, visit } from '../../browser/kit/person.ts'
import { conversationOf } from './device.ts'
import type { Random } from './random.ts'
import type { Recorder } from './recorder.ts'
import { sitDown } from './sitting.ts'
import type { Sitting } from './sitting.ts'

/**
 * Two people at two real Chromiums in the real app, who write whenever they can. What counts is what a person sees: a message is composed when
 * it stands in the own log, and shown when it stands in the other's.
 */
const ARRIVAL_MS = 60_000

export interface BrowserChatOptions {
  readonly address: string
  /** Where the two profiles are. */
  readonly folder: string
  readonly recorder: Recorder
  readonly random: Random
  /** Makes other people of them, for a test that has several pairs on one server. */
  readonly round?: string
  readonly prepare?: (context: BrowserContext) => Promise<void>
}

export class Writer {
  readonly name: string
  readonly #other: string
  readonly #options: BrowserChatOptions
  #sitting: Sitting | null = null
  #written = 0
  #writing: Promise<void> = Promise.resolve()
  #mayWrite = false
  /** Typed and sent, and the browser died before it was seen. */
  #unsure: string | null = null
  /** In their order. */
  readonly composed: string[] = []

  constructor(name: string, other: string, options: BrowserChatOptions) {
    this.name = name
    this.#other = other
    this.#options = options
    options.recorder.note({ what: 'joined', device: name, account: name })
  }

  get #conversation(): string {
    return conversationOf(this.name, this.#other)
  }

  get sitting(): Sitting {
    if (this.#sitting === null) throw new Error(`${this.name} is away.`)
    return this.#sitting
  }

  async sitDown(): Promise<void> {
    const { folder, address, prepare } = this.#options
    this.#sitting = await sitDown(this.name, { folder: `${folder}/${this.name}`, address }, prepare)
  }

  /** Whatever runs is killed. */
  async end(): Promise<void> {
    await this.#sitting?.kill()
  }

  /** Signs up and leaves in an orderly way, so that Chromium writes its cookies down: it takes its time with those. */
  async signUp(): Promise<void> {
    await this.sitDown()
    await signUp(this.sitting)
    await this.sitting.context.close()
  }

  /** In front of the conversation again, on what the profile holds. */
  async resume(): Promise<void> {
    await visit(this.sitting, '/chats')
    await openChat(this.sitting, this.#other)
    const last = this.composed.at(-1)
    if (last !== undefined) await this.#seesSoon(last, 5_000)
    // It may have been saved in the very moment; then it is a message like any other from here on.
    const unsure = this.#unsure
    this.#unsure = null
    if (unsure !== null && (await bubbles(this.sitting, unsure).count()) > 0) this.#noteComposed(unsure)
  }

  /** Writes one message after the other until `stopWriting`, or until the browser is gone. */
  startWriting(): void {
    this.#mayWrite = true
    this.#writing = this.#write().catch(() => undefined)
  }

  async stopWriting(): Promise<void> {
    this.#mayWrite = false
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#mayWrite) {
      const text = `${this.name} ${(this.#written += 1)}`
      this.#unsure = text
      await say(this.sitting, text)
      await bubbles(this.sitting, text).first().waitFor()
      this.#unsure = null
      this.#noteComposed(text)
      await pause(this.#options.random.between(20, 150))
    }
  }

  #noteComposed(message: string): void {
    this.composed.push(message)
    const { recorder } = this.#options
    const accounts = [this.name, this.#other]
    recorder.note({ what: 'composed', message, device: this.name, conversation: this.#conversation, accounts })
  }

  /** What does not come in time is for the oracle to find. */
  async #seesSoon(text: string, withinMs: number): Promise<void> {
    await bubbles(this.sitting, text)
      .first()
      .waitFor({ timeout: withinMs })
      .catch(() => undefined)
  }

  /** Waits for the last word of both, then writes down everything that stands in the log, from its very beginning. */
  async noteView(lasts: readonly string[], withinMs = ARRIVAL_MS): Promise<void> {
    for (const last of lasts) await this.#seesSoon(last, withinMs)
    const lines = (await allTexts(this.sitting)).map((message) => ({ kind: 'message' as const, message }))
    this.#options.recorder.note({ what: 'view', device: this.name, conversation: this.#conversation, lines })
  }
}

/** Two who are to chat, once both have signed up. */
export function twoWriters(options: BrowserChatOptions): readonly [Writer, Writer] {
  const { round = '' } = options
  const [alice, bob] = [`alice${round}`, `bob${round}`]
  return [new Writer(alice, bob, options), new Writer(bob, alice, options)]
}

/** Nobody writes any more; all has to arrive. @param withinMs how long to wait for what may never come */
export async function finishBrowserChat(
  [alice, bob]: readonly [Writer, Writer],
  recorder: Recorder,
  withinMs?: number,
): Promise<void> {
  const lasts = [alice, bob].flatMap(({ composed }) => composed.slice(-1))
  // Whatever stood in its writer's log has to be everywhere in the end.
  for (const message of [...alice.composed, ...bob.composed]) recorder.note({ what: 'accepted', message })
  for (const writer of [alice, bob]) await writer.noteView(lasts, withinMs)
}
