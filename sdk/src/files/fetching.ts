import { fetchBytes } from '../blobs/store.ts'
import { findMessage } from '../driver/load.ts'
import type { FileInfo } from '../engine/files.ts'
import type { FileAnswer } from '../file-views.ts'
import type { MessageRef } from '../messenger.ts'
import type { ClerkDesk } from './clerk.ts'
import { boxOf, PART_BYTES, PartsHash, partsOf, sealedLength, sealedSize } from './parts.ts'
import type { FileBox } from './parts.ts'
import { carriersOf } from './sweeping.ts'

/** What is larger is fetched anew each time, and kept by whoever saves it. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024

/** Whether its bytes stay on this device: pictures and voices are looked at again, and the server forgets. */
export const isKept = ({ size }: Pick<FileInfo, 'size'>): boolean => size <= MOST_KEPT_BYTES

export interface FetchDesk extends Pick<ClerkDesk, 'vault' | 'shelf' | 'transport' | 'own' | 'moved'> {
  readonly driver: { readonly state: Pick<ClerkDesk['driver']['state'], 'outbox'> }
}

interface UnderWay {
  readonly answer: Promise<FileAnswer>
  readonly stop: () => void
}

/** Fetches files, checks them and keeps them. */
export class Fetching {
  readonly #desk: FetchDesk
  readonly #underWay = new Map<string, UnderWay>()

  constructor(desk: FetchDesk) {
    this.#desk = desk
  }

  open(message: MessageRef, id: string): Promise<FileAnswer> {
    const known = this.#underWay.get(id)
    if (known !== undefined) return known.answer
    let isStopped = false
    const answer = this.#open(message, id, () => isStopped).finally(() => this.#underWay.delete(id))
    this.#underWay.set(id, { answer, stop: () => (isStopped = true) })
    return answer
  }

  stop(id: string): void {
    this.#underWay.get(id)?.stop()
  }

  stopAll(): void {
    for (const { stop } of this.#underWay.values()) stop()
  }

  async #open(message: MessageRef, id: string, isStopped: () => boolean): Promise<FileAnswer> {
    const file = await this.#find(message, id)
    if (file === null) return { outcome: 'gone' }
    const answer = await this.#read(file, isStopped)
    // Somebody may have taken the message away meanwhile. What another message carries is that one's, whatever this one says of its key.
    const isThere = (await this.#find(message, id)) !== null
    const { shelf, vault } = this.#desk
    if (!isThere || answer.outcome === 'damaged')
      if ((await carriersOf(vault, id)) <= (isThere ? 1 : 0)) await shelf.remove(id)
    return answer
  }

  async #find({ sender, id: message }: MessageRef, id: string): Promise<FileInfo | null> {
    const { driver, vault, own } = this.#desk
    const isOwn = sender.toLowerCase() === own.username.toLowerCase()
    const waiting = driver.state.outbox.find((item) => isOwn && item.id === message)
    const carrier = waiting ?? (await findMessage(vault, { sender: sender.toLowerCase(), id: message }))?.line
    return carrier?.files?.find(({ blob }) => blob === id) ?? null
  }

  async #read(file: FileInfo, isStopped: () => boolean): Promise<FileAnswer> {
    const box = await boxOf(file)
    const hash = new PartsHash()
    const pieces: Blob[] = []
    for (let n = 0; n < partsOf(file); n += 1) {
      if (isStopped()) return { outcome: 'stopped' }
      const part = await this.#part(file, box, n)
      if (typeof part === 'string') return { outcome: part }
      await hash.add(part.sealed)
      // One by one into a blob: the browser puts what is large on its disk.
      pieces.push(new Blob([new Uint8Array(part.open)]))
    }
    if ((await hash.end()) !== file.hash) return { outcome: 'damaged' }
    return { outcome: 'here', data: new Blob(pieces, { type: 'application/octet-stream' }) }
  }

  async #part(file: FileInfo, box: FileBox, n: number): Promise<Part | 'gone' | 'damaged'> {
    const { shelf, transport, vault, moved } = this.#desk
    const kept = await shelf.get(file.blob, n)
    const known = kept === null ? null : await box.open(n, kept)
    if (kept !== null && known !== null) return { sealed: kept, open: known }
    const from = n * PART_BYTES
    const sealed = await fetchBytes(transport, file.blob, { from, length: sealedLength(file, n) })
    if (sealed === null) return 'gone'
    const open = await box.open(n, sealed)
    if (open === null) return 'damaged'
    moved(file.blob, from + sealed.byteLength, sealedSize(file))
    // What doesn't open under this message's key may well open under that of another that carries it.
    const isFree = kept === null || (await carriersOf(vault, file.blob)) <= 1
    // Without room it is fetched again the next time.
    if (isKept(file) && isFree) await shelf.put(file.blob, n, sealed).catch(() => undefined)
    return { sealed, open }
  }
}

interface Part {
  readonly sealed: Uint8Array
  readonly open: Uint8Array
}
