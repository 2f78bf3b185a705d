import type { Duplex } from 'node:stream'
import { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { ChatnipError, CLOSE, LIMITS } from '@chatnip/protocol'
import type { ClientFrame, CloseReason } from '@chatnip/protocol'
import { Feed } from '../delivery/feed.ts'
import { faultOf } from '../log.ts'
import type { Services } from '../services.ts'
import type { Device, Session } from '../store/store.ts'
import { readFrame, refusedFrame, sentFrame } from './frames.ts'
import { packFrames } from './pack.ts'

/** A session that belongs to a device: the only kind that may hold a socket. */
export type DeviceSession = Session & { readonly device: Device }

export type ConnectionServices = Pick<Services, 'clock' | 'store' | 'bus' | 'limiter' | 'log' | 'sessions' | 'delivery'>

/** Sends that are not answered yet; beyond this the server stops reading from the connection. */
const MAX_UNANSWERED = 1_000
/** The same in bytes: a frame may hold more than a megabyte. */
const MAX_UNANSWERED_BYTES = 8 * 1024 * 1024
/** Bytes of messages and answers together that a peer may leave unread. */
const MAX_UNREAD = 4 * LIMITS.socketBufferBytes
/** Seconds that the peer has to answer our closing; then the line is cut. */
const CLOSING_SECONDS = 3

interface Line {
  readonly ws: WebSocket
  /** The stream below it, to write a whole tick's frames in one system call. */
  readonly raw: Duplex
  readonly session: DeviceSession
  /** Asks to be flushed at the end of this tick. */
  readonly flushLater: (connection: Connection) => void
}

/** One device's socket: frames in, frames out, and how well the peer keeps up. */
export class Connection {
  readonly session: DeviceSession
  /** Resolves when the line is down. */
  readonly gone: Promise<void>
  readonly #services: ConnectionServices
  readonly #line: Line
  readonly #feed: Feed
  readonly #detach: () => void
  readonly #stopListening: () => void
  #out: string[] = []
  #outCharacters = 0
  #unanswered = 0
  #unansweredBytes = 0
  #roundsWithoutPong = 0
  #taken = 0
  #progressAt: number
  #closingFor = 0
  #seconds = 0
  #awaitsDrain = false

  constructor(line: Line, services: ConnectionServices) {
    const { ws, session } = line
    const { store, delivery, bus, log } = services
    const mailbox = session.device.mailbox
    this.session = session
    this.#line = line
    this.#services = services
    this.#progressAt = services.clock.now()
    this.#feed = new Feed({
      store,
      mailbox,
      outlet: this,
      onTrouble: (cause) => log.warn({ fault: faultOf(cause) }, 'The mailbox could not be reached; trying again.'),
    })
    this.#detach = delivery.attach(mailbox, this.#feed)
    this.#stopListening = bus.onWake(mailbox, (seq) => this.#feed.wake(seq))
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary))
    ws.on('pong', () => this.#alive())
    ws.on('error', () => this.cut())
    this.gone = new Promise((resolve) => {
      ws.on('close', () => {
        this.release()
        resolve()
      })
    })
    this.#feed.start()
  }

  /** Frames of one tick are collected and go out in one write: system calls are what a message costs. */
  write(frame: string): void {
    if (this.#out.length === 0) this.#line.flushLater(this)
    this.#out.push(frame)
    this.#outCharacters += frame.length
  }

  buffered(): number {
    return this.#line.ws.bufferedAmount + this.#outCharacters
  }

  flush(): void {
    const { ws, raw } = this.#line
    const frames = this.#out
    const wasFull = this.buffered() >= LIMITS.socketBufferBytes
    this.#out = []
    this.#outCharacters = 0
    if (ws.readyState !== ws.OPEN) return
    if (frames.length > 0) raw.write(packFrames(frames), 'latin1')
    if (ws.bufferedAmount >= LIMITS.socketBufferBytes) this.#goOnAfterDrain()
    // The network took at once what had made the feed stop: nothing will drain that could tell it to go on.
    else if (wasFull) this.#feed.retry()
  }

  /** Called once a second. */
  tick(): void {
    if (this.#closingFor > 0) {
      this.#closingFor += 1
      if (this.#closingFor > CLOSING_SECONDS) this.cut()
      return
    }
    this.#seconds += 1
    this.#feed.retry()
    this.#noteProgress()
    // Counted by each for itself: all at once would be a burst of pings and reads for thousands of devices every half minute.
    if (this.#seconds % LIMITS.pingSeconds === 0) this.#ping()
    const isStuck = this.#services.clock.now() - this.#progressAt >= LIMITS.stalledSeconds * 1_000
    // The feed stops at its own bound; what grows beyond are answers to a peer that goes on sending and does not read.
    if (isStuck || this.buffered() > MAX_UNREAD) this.close('stalled')
  }

  close(why: CloseReason): void {
    if (this.#closingFor > 0) return
    this.flush()
    this.#closingFor = 1
    this.release()
    const { code, reason } = CLOSE[why]
    this.#line.ws.close(code, reason)
  }

  /** Without a word: the peer is gone or does not answer. */
  cut(): void {
    this.#line.ws.terminate()
  }

  /** Nothing is handed to it any more; what it has not acknowledged stays in the mailbox. */
  release(): void {
    this.#feed.close()
    this.#detach()
    this.#stopListening()
  }

  /** A peer that let two rounds pass is gone, whatever TCP believes. */
  #ping(): void {
    if (this.#roundsWithoutPong >= 2) return this.cut()
    this.#roundsWithoutPong += 1
    this.#services.sessions.touch(this.session)
    this.#line.ws.ping()
    // A page that sleeps acknowledges nothing, and its browser answers our pings all the same.
    this.#services.delivery.callLate(this.session.device.mailbox)
    this.#feed.look()
  }

  #goOnAfterDrain(): void {
    if (this.#awaitsDrain) return
    this.#awaitsDrain = true
    this.#line.raw.once('drain', () => {
      this.#awaitsDrain = false
      this.#feed.retry()
    })
  }

  #alive(): void {
    this.#roundsWithoutPong = 0
    this.#progressAt = this.#services.clock.now()
  }

  /** Bytes taken by the network count, and so does having nothing to take. */
  #noteProgress(): void {
    const { ws, raw } = this.#line
    const taken = raw instanceof Socket ? raw.bytesWritten - raw.writableLength : 0
    if (ws.bufferedAmount === 0 || taken !== this.#taken) this.#progressAt = this.#services.clock.now()
    this.#taken = taken
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#closingFor > 0) return
    try {
      this.#services.limiter.take('frames', this.session.device.mailbox)
    } catch {
      return this.close('too_many')
    }
    const frame = isBinary || !Buffer.isBuffer(data) ? null : readFrame(data.toString('utf8'))
    if (frame === null) return this.close('bad_frame')
    if (frame.type === 'too large') return this.write(refusedFrame(frame.id, new ChatnipError('too_large')))
    this.#handle(frame, Buffer.isBuffer(data) ? data.length : 0)
  }

  #handle(frame: ClientFrame, bytes: number): void {
    switch (frame.type) {
      case 'send':
        return this.#send(frame, bytes)
      case 'ack':
        this.#alive()
        return this.#feed.acknowledge(frame.upto)
      case 'ping':
        return this.write('{"type":"pong"}')
    }
  }

  #send(frame: Extract<ClientFrame, { type: 'send' }>, bytes: number): void {
    const { id } = frame
    this.#unanswered += 1
    this.#unansweredBytes += bytes
    if (this.#unanswered >= MAX_UNANSWERED || this.#unansweredBytes >= MAX_UNANSWERED_BYTES) this.#line.ws.pause()
    const tell = (accepted: { after: number; duplicate: boolean }) => this.write(sentFrame(id, accepted))
    this.#services.delivery.accept(this.session, frame, tell).then(
      () => this.#answered(bytes),
      (thrown: unknown) => {
        if (!(thrown instanceof ChatnipError)) this.#services.log.error({ fault: faultOf(thrown) }, 'A send failed.')
        this.write(refusedFrame(id, thrown))
        this.#answered(bytes)
      },
    )
  }

  #answered(bytes: number): void {
    this.#unanswered -= 1
    this.#unansweredBytes -= bytes
    const hasRoom = this.#unanswered <= MAX_UNANSWERED / 2 && this.#unansweredBytes <= MAX_UNANSWERED_BYTES / 2
    if (hasRoom && this.#line.ws.isPaused) this.#line.ws.resume()
  }
}
