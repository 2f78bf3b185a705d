import type { SealedRows } from '../driver/vault.ts'
import { DamagedRow } from '../driver/vault.ts'
import type { Line, LogicalKey, Write } from '../engine/rows.ts'
import type { Place } from '../messenger.ts'
import { fold, holdsAll } from './fold.ts'

/** Rows that are read and opened at a time; between two pages everything else has its turn. */
const PAGE = 500

/** Where a line that was found stands: in which conversation (its number), and its place there. */
export interface FoundLine {
  readonly number: number
  readonly place: Place
}

interface Entry extends FoundLine {
  readonly folded: string
}

export interface Wanted {
  /** Folded; all of them. */
  readonly words: readonly string[]
  /** Only in the conversation of that number. */
  readonly number: number | null
  /** Only what stands before it. */
  readonly before: Place | null
  readonly limit: number
}

/**
 * The whole local history as it is searched, in memory and nowhere else: what lies on the device are the sealed rows alone, so a message that
 * is deleted is gone from here in the same moment (decision 0018). Read from the rows when somebody searches for the first time, the
 * conversation with the latest activity first; from then on every commit is heard.
 */
export class Archive {
  readonly #rows: SealedRows
  readonly #onRead: () => void
  readonly #entries = new Map<string, Entry>()
  /** Written while the rows are being read: what is read of them may be older. */
  readonly #heard = new Set<string>()
  #state: 'closed' | 'reading' | 'read' = 'closed'
  #isDamaged = false

  /** @param onRead called whenever more of the history can be searched */
  constructor(rows: SealedRows, onRead: () => void) {
    this.#rows = rows
    this.#onRead = onRead
  }

  /** Everything is searched. */
  get isComplete(): boolean {
    return this.#state === 'read'
  }

  /** A row could not be opened; the rest of its conversation is not searched. */
  get isDamaged(): boolean {
    return this.#isDamaged
  }

  /** What is on disk since this moment. */
  hear(writes: readonly Write[]): void {
    if (this.#state !== 'closed') for (const write of writes) this.#hear(write)
  }

  /** Begins to read, unless it has. @param numbers of the conversations, in the order in which they are wanted */
  open(numbers: readonly number[]): void {
    if (this.#state !== 'closed') return
    this.#state = 'reading'
    void this.#readAll(numbers)
  }

  /** Latest first: places of one device rise through all of its conversations. */
  find({ words, number, before, limit }: Wanted): readonly FoundLine[] {
    const found: Entry[] = []
    for (const entry of this.#entries.values()) {
      if (number !== null && entry.number !== number) continue
      if (before !== null && byPlace(entry.place, before) >= 0) continue
      if (holdsAll(entry.folded, words)) found.push(entry)
    }
    return found.toSorted((a, b) => byPlace(b.place, a.place)).slice(0, limit)
  }

  async #readAll(numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      try {
        await this.#readOne(number)
      } catch (error) {
        if (error instanceof DamagedRow) this.#isDamaged = true
        else {
          // The storage is away for the moment: whoever searches again begins again. What is not heard of meanwhile must not stay.
          this.#close()
          return
        }
      }
    }
    this.#state = 'read'
    this.#heard.clear()
    this.#onRead()
  }

  #close(): void {
    this.#state = 'closed'
    this.#isDamaged = false
    this.#entries.clear()
    this.#heard.clear()
  }

  async #readOne(number: number): Promise<void> {
    let to: LogicalKey = [number + 1]
    for (;;) {
      const rows = await this.#rows.scan('messages', { from: [number], to, limit: PAGE, reverse: true })
      for (const { key, value } of rows) if (!this.#heard.has(nameOf(key))) this.#put(key, value)
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      to = last.key
      this.#onRead()
    }
  }

  #hear({ table, key, value }: Write): void {
    if (table !== 'messages') return
    if (this.#state === 'reading') this.#heard.add(nameOf(key))
    this.#put(key, value)
  }

  #put(key: LogicalKey, line: Line | null): void {
    const text = searchable(line)
    if (text === null) this.#entries.delete(nameOf(key))
    else {
      const [number, seq, sub] = key.map(Number)
      const place = { seq: seq ?? 0, sub: sub ?? 0 }
      this.#entries.set(nameOf(key), { number: number ?? 0, place, folded: fold(text) })
    }
  }
}

const nameOf = (key: LogicalKey): string => key.join(' ')

const byPlace = (a: Place, b: Place): number => a.seq - b.seq || a.sub - b.sub

/** What is not shown as anybody's words is not found either. */
const searchable = (line: Line | null): string | null =>
  line?.kind === 'message' && line.mark !== 'forged' && line.text !== '' ? line.text : null
