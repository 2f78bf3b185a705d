import { LIMITS } from '@chatnip/protocol'
import type { Entry, MailboxStore } from '../store/store.ts'

/** Where a feed puts frames. The connection collects them and writes once a tick. */
export interface Outlet {
  write(frame: string): void
  /** Bytes that the peer has not taken yet. */
  buffered(): number
}

export interface FeedOptions {
  readonly store: Pick<MailboxStore, 'read' | 'acknowledge'>
  readonly mailbox: number
  readonly outlet: Outlet
  /** A read or an acknowledgement failed; nothing is lost, `retry` will try again. */
  readonly onTrouble: (cause: unknown) => void
}

/** A frame of something in the mailbox: the place first, then everything that is the same on each device. */
export const frameAt = (seq: number, tail: string): string => `{"type":"message","seq":${seq},${tail}`

/** All of a message frame but its place; computed once however many devices get it. Only the text needs escaping. */
export const tailOf = (message: {
  id: string
  sendername: string
  message_text: string
  timestamp: number
}): string => {
  const { id, sendername, message_text: text, timestamp } = message
  return `"id":"${id}","sendername":"${sendername}","message_text":${JSON.stringify(text)},"timestamp":${timestamp}}`
}

const frameOf = ({ kind, seq, id, peer, text, timestamp }: Entry): string =>
  kind === 'message'
    ? frameAt(seq, tailOf({ id, sendername: peer, message_text: text, timestamp }))
    : JSON.stringify({ type: 'expired', seq, id, destname: peer })

/**
 * What one connected device is handed, and how far. The rules it keeps:
 * - places only ever go up on one line, nothing is skipped that the mailbox holds;
 * - at most `inFlightPerDevice` handed over and not acknowledged, at most `socketBufferBytes` not yet taken;
 *   then it waits: the device pulls by acknowledging;
 * - it reads the store only when there is something that it was not handed directly, and now and then to make sure;
 * - one read and one acknowledgement at a time; what comes meanwhile is remembered, not queued;
 * - deletes only what the device said that it has.
 */
export class Feed {
  readonly #options: FeedOptions
  /** Handed over and not acknowledged, in order. */
  #inFlight: number[] = []
  /** Last place handed over. */
  #cursor = 0
  /** The mailbox may hold something beyond the cursor. */
  #more = true
  #reading = false
  /** Something came while a page was being read; that page may not hold it. */
  #wokenMeanwhile = false
  #toldEmpty = false
  #closed = false
  #acknowledging = false
  #wantedAck = 0
  #doneAck = 0
  /** The last place of something that the device should see soon, not yet acknowledged; 0: none. */
  #expected = 0

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Begins with what waits; `empty` is told once, when all of it was handed over. */
  start(): void {
    this.#pump()
  }

  /** Handed directly what has just been stored at `seq`, when it is exactly what comes next; otherwise it is read later. */
  offer(seq: number, tail: () => string): void {
    if (this.#more || seq !== this.#cursor + 1 || !this.#mayHand()) return this.wake(seq)
    this.#hand(seq, frameAt(seq, tail()))
  }

  /** What lies at `seq` is for somebody to see. */
  expect(seq: number): void {
    this.#expected = seq
  }

  /** What the device was to see and has not said that it has; 0: nothing. Told once. */
  takeExpected(): number {
    const seq = this.#expected > this.#wantedAck ? this.#expected : 0
    this.#expected = 0
    return seq
  }

  /** There is something up to `seq`. */
  wake(seq: number): void {
    if (seq <= this.#cursor) return
    this.#more = true
    this.#wokenMeanwhile = this.#reading
    this.#pump()
  }

  /**
   * Looks into the mailbox although nobody said anything: a hint from another node may be lost, and a message whose commit was reported as
   * failed may lie on disk all the same. Without this it would wait there until the next one or the next line.
   */
  look(): void {
    this.#more = true
    this.#wokenMeanwhile = this.#reading
    this.#pump()
  }

  /** The device has everything up to `upto`. */
  acknowledge(upto: number): void {
    this.#inFlight = dropUpTo(this.#inFlight, upto)
    this.#wantedAck = Math.max(this.#wantedAck, upto)
    this.#sendAcknowledgement()
    if (this.#inFlight.length <= LIMITS.inFlightPerDevice / 2) this.#pump()
  }

  /** Goes on after the peer took bytes, or after trouble. */
  retry(): void {
    this.#sendAcknowledgement()
    this.#pump()
  }

  close(): void {
    this.#closed = true
    this.#inFlight = []
  }

  #mayHand(): boolean {
    const { outlet } = this.#options
    if (this.#closed || this.#reading) return false
    return this.#inFlight.length < LIMITS.inFlightPerDevice && outlet.buffered() < LIMITS.socketBufferBytes
  }

  #hand(seq: number, frame: string): void {
    this.#cursor = seq
    this.#inFlight.push(seq)
    this.#options.outlet.write(frame)
  }

  #pump(): void {
    if (!this.#more || !this.#mayHand()) return
    const { store, mailbox, onTrouble } = this.#options
    const limit = {
      count: Math.min(LIMITS.pageMessages, LIMITS.inFlightPerDevice - this.#inFlight.length),
      bytes: LIMITS.pageBytes,
    }
    this.#reading = true
    this.#wokenMeanwhile = false
    store.read(mailbox, this.#cursor, limit).then(
      (page) => {
        this.#reading = false
        if (!this.#closed) this.#handPage(page, isWhole(page, limit))
      },
      (cause: unknown) => {
        this.#reading = false
        onTrouble(cause)
      },
    )
  }

  #handPage(page: readonly Entry[], whole: boolean): void {
    for (const entry of page) {
      // A page of texts that JSON makes long may not fit; the rest is read again when there is room.
      if (!this.#mayHand()) {
        this.#more = true
        return
      }
      this.#hand(entry.seq, frameOf(entry))
    }
    this.#more = !whole || this.#wokenMeanwhile
    if (this.#more) return this.#pump()
    if (this.#toldEmpty) return
    this.#toldEmpty = true
    this.#options.outlet.write('{"type":"empty"}')
  }

  #sendAcknowledgement(): void {
    if (this.#acknowledging || this.#wantedAck <= this.#doneAck) return
    const upto = this.#wantedAck
    this.#acknowledging = true
    this.#options.store.acknowledge(this.#options.mailbox, upto).then(
      () => {
        this.#acknowledging = false
        this.#doneAck = upto
        // Whoever acknowledges what was never handed over says nothing about what will come at that place.
        if (this.#wantedAck > this.#cursor && this.#wantedAck === upto) this.#wantedAck = this.#doneAck = this.#cursor
        this.#sendAcknowledgement()
      },
      (cause: unknown) => {
        this.#acknowledging = false
        this.#options.onTrouble(cause)
      },
    )
  }
}

/** Whether a page certainly held all that there was: neither limit was near. A character is at most three bytes. */
function isWhole(page: readonly Entry[], { count, bytes }: { count: number; bytes: number }): boolean {
  if (page.length >= count) return false
  return page.reduce((sum, { text }) => sum + text.length * 3, 0) < bytes - LIMITS.handshakeBytes
}

function dropUpTo(places: number[], upto: number): number[] {
  const first = places.findIndex((seq) => seq > upto)
  return first === -1 ? [] : places.slice(first)
}
