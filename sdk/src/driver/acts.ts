import { MAX_TEXT_BYTES, textBytes } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import { isEmoji, quotable, targetOf } from '../engine/content.ts'
import type { Act, Content, Quote } from '../engine/content.ts'
import type { OnDisk } from '../engine/events.ts'
import type { MessageRef } from '../messenger.ts'
import type { Randomness } from '../ports.ts'
import type { Driver } from './driver.ts'
import { findMessage } from './load.ts'
import type { SealedRows } from './vault.ts'

/**
 * Whether an envelope holds it, and holds it once more when it is given again. Of plain words crypto counts the text alone; whatever else
 * there is has to fit into the same space.
 */
export const fits = (content: Content): boolean => {
  const isPlain =
    content.type === 'text' && content.re === undefined && content.life === undefined && content.files === undefined
  const bytes = isPlain ? textBytes(content.text) : new TextEncoder().encode(JSON.stringify(content)).length
  return bytes <= MAX_TEXT_BYTES
}

/** So many lines are read at a time to find the one before the last. */
const BACK = 50

/** What a person does to messages that are there: looks them up on disk and hands the rest to the engine. */
export class Acts {
  readonly #vault: SealedRows
  readonly #random: Randomness
  readonly #driver: Driver
  readonly #own: string
  #handedOver: Promise<unknown> = Promise.resolve()

  constructor(
    { vault, random, profile }: { vault: SealedRows; random: Randomness; profile: { readonly username: string } },
    driver: Driver,
  ) {
    this.#vault = vault
    this.#random = random
    this.#driver = driver
    this.#own = profile.username.toLowerCase()
  }

  async edit(conversation: string, id: string, text: string): Promise<void> {
    await this.#act(conversation, { type: 'edit', id, text })
  }

  /** What nobody can have seen yet is taken out of the outbox. */
  async remove(conversation: string, { sender, id }: MessageRef): Promise<void> {
    if (sender.toLowerCase() !== this.#own) throw new ChatnipError('not_allowed')
    const waiting = this.#driver.state.outbox.find((item) => item.id === id)
    if (waiting?.tried === false || waiting?.stage === 'failed')
      await this.#driver.call({ type: 'discard', id, expired: null, before: null })
    else await this.#act(conversation, { type: 'delete', id })
  }

  async react(conversation: string, { sender, id }: MessageRef, emoji: string | null): Promise<void> {
    if (emoji !== null && !isEmoji(emoji)) throw new ChatnipError('bad_request')
    await this.#act(conversation, { type: 'reaction', sender: sender.toLowerCase(), id, emoji })
  }

  async forget({ sender, id }: MessageRef): Promise<void> {
    const target = await findMessage(this.#vault, { sender: sender.toLowerCase(), id })
    if (target === null) throw new ChatnipError('not_found')
    await this.#driver.call({ type: 'forget', target, before: await this.#beforeLast(target) })
  }

  /** What stands before a message that is the last of its conversation. Some of the lines between may be no messages. */
  async #beforeLast({ key, line }: OnDisk): Promise<OnDisk | null> {
    const [number = 0] = key
    const peer = [...this.#driver.state.peers.values()].find((one) => one.number === number)
    const { last = null } = peer ?? {}
    if (last?.line.id !== line.id || last.line.own !== line.own) return null
    for (let to = key; ;) {
      const rows = await this.#vault.scan('messages', { from: [number], to, limit: BACK, reverse: true })
      for (const row of rows) if (row.value.kind === 'message') return { key: row.key, line: row.value }
      const first = rows.at(-1)
      if (first === undefined) return null
      to = first.key
    }
  }

  /** An own message that expired, and what stands before it when it is the last. */
  async expired(id: string): Promise<{ readonly expired: OnDisk | null; readonly before: OnDisk | null }> {
    const expired = await findMessage(this.#vault, { sender: this.#own, id })
    return { expired, before: expired === null ? null : await this.#beforeLast(expired) }
  }

  /** What an answer carries of the message that it answers. */
  async quoteOf({ sender, id }: MessageRef): Promise<Quote> {
    const about = { sender: sender.toLowerCase(), id }
    const waiting = this.#driver.state.outbox.find((item) => item.id === id && item.act === undefined)
    const line = waiting ?? (await findMessage(this.#vault, about))?.line ?? null
    return { ...about, text: quotable(line) ?? '' }
  }

  async #act(conversation: string, act: Act): Promise<void> {
    if (!fits(act)) throw new ChatnipError('too_large')
    // One behind the other, as they were asked for: the last one counts. What is handed over is not waited for.
    const turn = this.#handedOver.then(async () => {
      const target = await findMessage(this.#vault, targetOf(act, this.#own))
      return { done: this.#driver.call({ type: 'act', id: this.#random.uuid(), conversation, act, target }) }
    })
    this.#handedOver = turn.catch(() => undefined)
    await (
      await turn
    ).done
  }
}
