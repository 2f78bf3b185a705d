import { randomFillSync } from 'node:crypto'
import type { AccountNumber } from '../store.ts'

/** An account and a UUID in pieces of 16 bits. */
const PIECES = 10
const SLOT_BITS = 17
const MOST = 2 ** SLOT_BITS / 2

/**
 * The numbers of the newest dedup records by account and id: a hash table in typed arrays, because a Map with a string for each record costs
 * as much as storing the record. Strangers choose the ids, so the hash has a secret: it is "multilinear", strongly universal in its upper
 * 17 bits (Lemire and Kaser, Strongly universal string hashing is fast, 2014), and nobody can make many ids fall together.
 */
export class RecentIds {
  readonly #secrets = randomFillSync(new Int32Array(PIECES))
  /** Place of a record plus one, or 0 for none; the next slot is tried when one is taken (never more than half are). */
  readonly #slots = new Int32Array(2 ** SLOT_BITS)
  readonly #keys = new Uint16Array(MOST * PIECES)
  readonly #numbers = new Float64Array(MOST)
  readonly #wanted = new Uint16Array(PIECES)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The number of the record with this id (16 bytes), or null. */
  find(account: AccountNumber, id: Buffer): number | null {
    this.#want(account, id)
    const place = this.#slots[this.#slot()] ?? 0
    return place === 0 ? null : (this.#numbers[place - 1] ?? null)
  }

  /** Adds a record that is not there yet. There is room for twice as many as are ever known by heart. */
  add(account: AccountNumber, id: Buffer, number: number): void {
    if (this.#size === MOST) throw new RangeError('too many dedup records are not in the index')
    this.#want(account, id)
    this.#keys.set(this.#wanted, this.#size * PIECES)
    this.#numbers[this.#size] = number
    this.#size += 1
    this.#slots[this.#slot()] = this.#size
  }

  /** Forgets the newest `count` records. Nobody was added after the last, so its slot is free again and no search misses it. */
  dropLast(count: number): void {
    for (let left = Math.min(count, this.#size); left > 0; left -= 1) {
      this.#wanted.set(this.#keys.subarray((this.#size - 1) * PIECES, this.#size * PIECES))
      this.#slots[this.#slot()] = 0
      this.#size -= 1
    }
  }

  clear(): void {
    this.#slots.fill(0)
    this.#size = 0
  }

  #want(account: AccountNumber, id: Buffer): void {
    const wanted = this.#wanted
    wanted[0] = account
    wanted[1] = account >>> 16
    for (let piece = 2; piece < PIECES; piece += 1) {
      const at = 2 * piece - 4
      wanted[piece] = ((id[at] ?? 0) << 8) | (id[at + 1] ?? 0)
    }
  }

  /** The slot of the wanted key, or the free one where it would stand. */
  #slot(): number {
    let slot = this.#hash()
    for (;;) {
      const place = this.#slots[slot] ?? 0
      if (place === 0 || this.#isWanted(place - 1)) return slot
      slot = (slot + 1) % this.#slots.length
    }
  }

  #hash(): number {
    let sum = 0
    for (let piece = 0; piece < PIECES; piece += 1) {
      sum += Math.imul(this.#secrets[piece] ?? 0, this.#wanted[piece] ?? 0)
    }
    return (sum | 0) >>> (32 - SLOT_BITS)
  }

  #isWanted(place: number): boolean {
    for (let piece = PIECES - 1; piece >= 0; piece -= 1) {
      if (this.#keys[place * PIECES + piece] !== this.#wanted[piece]) return false
    }
    return true
  }
}
