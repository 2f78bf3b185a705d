import { ChatnipError, CLOSE, LIMITS } from '@chatnip/protocol'
import type { ClientFrame, CloseReason, ServerFrame } from '@chatnip/protocol'
import { localBus } from '../../../server/src/bus/local.ts'
import type { Bus } from '../../../server/src/bus/bus.ts'
import { systemClock } from '../../../server/src/clock.ts'
import type { Clock } from '../../../server/src/clock.ts'
import { openDelivery } from '../../../server/src/delivery/delivery.ts'
import type { Delivery } from '../../../server/src/delivery/delivery.ts'
import { startExpiry } from '../../../server/src/delivery/expiry.ts'
import { Feed } from '../../../server/src/delivery/feed.ts'
import { openLimiter } from '../../../server/src/limits/limiter.ts'
import { refusedFrame, sentFrame } from '../../../server/src/socket/frames.ts'
import type { Device, Session, Store } from '../../../server/src/store/store.ts'
import { Lies } from './lies.ts'
import { START } from './names.ts'
import { SimStore } from './sim-store.ts'
import type { Weather } from './sim-store.ts'
import type { World } from './world.ts'
import type { ServerEnd, Wire } from './wire.ts'

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

interface Process {
  readonly bus: Bus
  readonly clock: Clock
  readonly delivery: Delivery
  readonly store: Store
}

/** The server's process over its disk: the real delivery, feeds, expiry and limits; only HTTP, sessions and sockets are simpler. */
export class SimServer {
  readonly store: SimStore
  weather: Weather = 'fine'
  /** Wake-ups between nodes are lost. */
  losesWakes = false
  /** How wrong its clock is, ms. */
  clockError = 0
  readonly lies: Lies
  readonly #world: World
  #life = 0
  #process: Process | null = null
  readonly #lines = new Map<number, Connection>()

  constructor(world: World) {
    this.#world = world
    this.lies = new Lies(world)
    const { time, dice, mutant } = world
    this.store = new SimStore({
      write: (commit, tell) => {
        // Now and then a disk takes its time.
        time.after(dice.chance(0.15) ? dice.between(20, 80) : dice.between(1, 8), 'server', () => {
          commit()
          time.after(dice.between(0, 3), 'server', tell)
        })
      },
      weather: () => this.weather,
      isRelaxed: mutant.server === 'tells before it stores',
    })
  }

  get isOn(): boolean {
    return this.#process !== null
  }

  boot(): void {
    this.#life += 1
    const { time, mutant } = this.#world
    const clock = this.#clock()
    const local = localBus()
    const bus: Bus = { ...local, wake: (mailbox, seq) => (this.losesWakes ? undefined : local.wake(mailbox, seq)) }
    const store = mutant.store?.(this.store) ?? this.store
    const limiter = openLimiter(() => clock.now())
    const delivery = openDelivery(store, bus, clock, { limiter, absent: () => undefined })
    startExpiry({ store, bus, clock, log: silent, steady: () => time.now }, LIMITS.retentionDays)
    this.#process = { bus, clock, delivery, store }
    let ticks = 0
    clock.every(1_000, () => {
      ticks += 1
      for (const line of this.#lines.values()) line.tick(ticks)
    })
  }

  /** The process dies, and with it everything that it had in memory. */
  crash(): void {
    this.#life += 1
    this.#process = null
    this.store.crash()
    for (const line of this.#lines.values()) line.die()
    this.#lines.clear()
  }

  /** Timers die with the process. How it tells the time is the real clock's. */
  #clock(): Clock {
    const { time } = this.#world
    const life = this.#life
    const after = (ms: number, call: () => void) =>
      time.after(ms, 'server', () => {
        if (life === this.#life) call()
      })
    const every = (ms: number, call: () => void) => {
      let cancel = () => {}
      const again = () => {
        cancel = after(ms, () => {
          again()
          call()
        })
      }
      again()
      return () => cancel()
    }
    const real = systemClock(() => START + time.now + this.clockError)
    return { now: () => real.now(), after, every }
  }

  /** Unix ms, by its own clock. */
  get now(): number {
    return START + this.#world.time.now + this.clockError
  }

  /** A device asks for a line. */
  connect(wire: Wire, deviceId: string): void {
    const device = this.#device(deviceId)
    const process = this.#process
    if (process === null || device === null) return wire.refuse()
    this.#lines.get(device.device.mailbox)?.close('replaced')
    const connection = new Connection(this.#world, { wire, session: device, process }, () => {
      if (this.#lines.get(device.device.mailbox) === connection) this.#lines.delete(device.device.mailbox)
    })
    wire.opened(connection)
    wire.toClient('opened')
    this.#lines.set(device.device.mailbox, connection)
    connection.start()
  }

  #device(deviceId: string): (Session & { readonly device: Device }) | null {
    const { tables } = this.store
    const device = tables.devices.find((one) => one.deviceId === deviceId)
    const account = tables.accounts.get(device?.account ?? 0)
    if (device === undefined || account === undefined) return null
    const times = { createdAt: 0, usedAt: 0, expiresAt: Infinity }
    const { username, account: number } = account
    const full: Device = { ...device, lastSeen: '' }
    return { hash: new Uint8Array(), account: number, username, disabled: false, device: full, ...times }
  }

  hasDevice(deviceId: string): boolean {
    return this.#device(deviceId) !== null
  }

  /** Puts a frame on whatever line the device has. @returns whether there is one */
  hand(deviceId: string, frame: ServerFrame): boolean {
    const line = this.#lines.get(this.#device(deviceId)?.device.mailbox ?? -1)
    line?.put(frame)
    return line !== undefined
  }

  async publicKeyOf(username: string): Promise<{ username: string; public_key: string }> {
    const account = await this.store.findAccount(username)
    if (account === null) throw new ChatnipError('no_such_user')
    return { username: account.username, public_key: account.publicKey }
  }

  async addDevice(account: string, deviceId: string): Promise<boolean> {
    const found = await this.store.findAccount(account)
    if (found === null) return false
    const device = { deviceId, name: deviceId, isNew: true }
    const session = { hash: new Uint8Array(), account: found.account, now: START, expiresAt: Infinity, device }
    return (await this.store.createSession(session)) === 'created'
  }

  async removeDevice(account: string, deviceId: string): Promise<void> {
    const session = this.#device(deviceId)
    const found = await this.store.findAccount(account)
    await this.store.removeDevice(found?.account ?? 0, deviceId)
    if (session !== null) this.#lines.get(session.device.mailbox)?.close('session_over')
  }

  async changeKey(username: string, publicKey: string): Promise<void> {
    const found = await this.store.findAccount(username)
    await this.store.changeAccount(found?.account ?? 0, { publicKey })
  }
}

interface Ends {
  readonly wire: Wire
  readonly session: Session & { readonly device: Device }
  readonly process: Process
}

/** One device's line as `socket/connection.ts` has it, without bytes. */
class Connection implements ServerEnd {
  readonly #world: World
  readonly #ends: Ends
  readonly #feed: Feed
  readonly #gone: () => void
  readonly #detach: (() => void)[] = []
  #isOver = false
  #silentRounds = 0

  constructor(world: World, ends: Ends, gone: () => void) {
    this.#world = world
    this.#ends = ends
    this.#gone = gone
    const { session, process } = ends
    const { mailbox } = session.device
    const outlet = { write: (frame: string) => this.#write(JSON.parse(frame)), buffered: () => 0 }
    this.#feed = new Feed({ store: process.store, mailbox, outlet, onTrouble: () => {} })
    // A device whose line ends at another node is reached over the bus only.
    if (world.dice.chance(0.7)) this.#detach.push(process.delivery.attach(mailbox, this.#feed))
    this.#detach.push(process.bus.onWake(mailbox, (seq) => this.#feed.wake(seq)))
  }

  start(): void {
    this.#feed.start()
  }

  tick(ticks: number): void {
    this.#feed.retry()
    if (ticks % LIMITS.pingSeconds === 0) this.#ping()
  }

  #ping(): void {
    const { wire } = this.#ends
    this.#silentRounds = wire.isHalfOpen || wire.repliesLost ? this.#silentRounds + 1 : 0
    if (this.#silentRounds > 2) {
      wire.terminate()
      this.lost()
    } else if (this.#world.mutant.server !== 'never looks again') this.#feed.look()
  }

  #write(frame: ServerFrame): void {
    if (this.#isOver) return
    const { session, process } = this.#ends
    if (frame.type === 'sent') this.#world.sees({ what: 'accepted', message: this.#world.originalOf(frame.id) })
    if (frame.type === 'message' && this.#world.mutant.server === 'deletes on sending') {
      void process.store.acknowledge(session.device.mailbox, frame.seq)
    }
    const { deviceId, mailbox } = session.device
    const frames = frame.type === 'message' ? this.#world.server.lies.tamper(deviceId, mailbox, frame) : [frame]
    for (const one of frames) this.put(one)
  }

  put(frame: ServerFrame): void {
    this.#ends.wire.toClient(frame)
  }

  receive(frame: ClientFrame): void {
    if (this.#isOver) return
    if (frame.type === 'ping') return this.#write({ type: 'pong' })
    if (frame.type === 'ack') return this.#feed.acknowledge(frame.upto)
    const { session, process } = this.#ends
    const tell = (accepted: { after: number; duplicate: boolean }) =>
      this.#write(JSON.parse(sentFrame(frame.id, accepted)))
    process.delivery.accept(session, frame, tell).catch((thrown: unknown) => {
      this.#write(JSON.parse(refusedFrame(frame.id, thrown)))
    })
  }

  lost(): void {
    this.#end()
    this.#gone()
  }

  /** With the process. */
  die(): void {
    this.#end()
    this.#ends.wire.serverDied()
  }

  #end(): void {
    this.#isOver = true
    this.#feed.close()
    for (const detach of this.#detach) detach()
  }

  close(why: CloseReason): void {
    if (this.#isOver) return
    this.#ends.wire.close(CLOSE[why].code)
    this.lost()
  }
}
