import { ChatnipError } from '@chatnip/protocol'
import type { ErrorCode } from '@chatnip/protocol'
import { uploadNext } from '../blobs/store.ts'
import type { FileInfo } from '../engine/files.ts'
import { keptFor } from '../engine/lifetime.ts'
import type { OutboxItem } from '../engine/state.ts'
import type { ClerkDesk } from './clerk.ts'
import { isKept } from './fetching.ts'
import { PART_BYTES, sealedSize } from './parts.ts'

/** No later try would come to anything else. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set(['quota_full', 'too_large', 'id_reused', 'bad_request', 'not_allowed'])

type Carrying = OutboxItem & { readonly files: readonly FileInfo[] }

const isWaiting = (item: OutboxItem): item is Carrying =>
  item.files !== undefined && item.isHeld === true && item.state === 'waiting' && item.stage !== 'saving'

/**
 * Brings the files of what waits in the outbox to the server, one part at a time. How far each is, the server knows, and is asked when this device
 * does not; so it goes on after whatever has happened. The message with the least left has its turn: a picture does not wait for a film.
 */
export class Uploads {
  readonly #desk: ClerkDesk
  /** By blob, as the server said last. */
  readonly #uploaded = new Map<string, number>()

  constructor(desk: ClerkDesk) {
    this.#desk = desk
  }

  /** The next step. @returns false when there is nothing to do. @throws when it can be tried again later */
  async once(): Promise<boolean> {
    const [item] = this.#desk.driver.state.outbox.filter(isWaiting).toSorted((a, b) => this.#left(a) - this.#left(b))
    if (item === undefined) return false
    try {
      await this.#advance(item)
    } catch (error) {
      if (!(error instanceof ChatnipError) || !HOPELESS.has(error.code)) throw error
      await this.#settle(item, error.code)
    }
    return true
  }

  #left({ files }: Carrying): number {
    return files.reduce((sum, file) => sum + sealedSize(file) - (this.#uploaded.get(file.blob) ?? 0), 0)
  }

  async #advance(item: Carrying): Promise<void> {
    const file = item.files.find((one) => this.#uploaded.get(one.blob) !== sealedSize(one))
    if (file === undefined) return this.#finish(item)
    const size = sealedSize(file)
    const uploaded = this.#uploaded.get(file.blob)
    try {
      const now = uploaded === undefined ? await this.#begin(item, file) : await this.#upload(file, uploaded)
      if (now === null) return await this.#settle(item, 'not_found')
      this.#uploaded.set(file.blob, Math.min(now, size))
      this.#desk.moved(file.blob, Math.min(now, size), size)
    } catch (error) {
      this.#uploaded.delete(file.blob)
      throw error
    }
  }

  async #begin({ life }: Carrying, file: FileInfo): Promise<number> {
    const ends = life === undefined ? {} : { expires_in: keptFor(life) }
    const { uploaded } = await this.#desk.transport.call('begin_blob', {
      id: file.blob,
      size: sealedSize(file),
      ...ends,
    })
    return uploaded
  }

  /** Null: its bytes are not on this device any more. */
  async #upload(file: FileInfo, uploaded: number): Promise<number | null> {
    const { shelf, transport } = this.#desk
    const n = Math.floor(uploaded / PART_BYTES)
    const part = (await shelf.get(file.blob, n))?.subarray(uploaded - n * PART_BYTES)
    return part === undefined ? null : uploadNext(transport, file.blob, { uploaded, part })
  }

  async #finish(item: Carrying): Promise<void> {
    await this.#settle(item, null)
    for (const file of item.files) if (!isKept(file)) await this.#desk.shelf.remove(file.blob)
  }

  async #settle({ id, files }: Carrying, refusal: ErrorCode | null): Promise<void> {
    for (const { blob } of files) this.#uploaded.delete(blob)
    await this.#desk.driver.call({ type: 'files settled', id, refusal })
  }
}
