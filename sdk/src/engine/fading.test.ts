import { describe, expect, test } from 'vitest'
import { quotable } from './content.ts'
import type { Content } from './content.ts'
import type { Effect } from './events.ts'
import { restoreState } from './restore.ts'
import type { Line, LogicalKey, MessageLine, Write } from './rows.ts'
import type { Found, Opened } from './state.ts'
import { step } from './step.ts'
import { Desk, factsOf } from './testing/desk.ts'

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const LIFE = 86_400
const OF_BOB = { mark: 'verified', reason: null, at: 5, to: 'me', signedBy: 'key of bob' } as const
const OF_PHONE = { ...OF_BOB, to: 'bob', signedBy: 'my key' } as const

/** A device with its rows and a clock that rings. */
class Room extends Desk {
  readonly rows = new Map<string, Write>()
  #seq = 0

  constructor() {
    super()
    this.online()
    this.say(1)
  }

  override tell(...args: Parameters<Desk['tell']>): readonly Effect[] {
    const before = this.effects.length
    const effects = super.tell(...args)
    for (const effect of this.effects.slice(before)) {
      if (effect.type !== 'commit') continue
      for (const write of effect.writes) this.rows.set(JSON.stringify([write.table, write.key]), write)
    }
    return effects
  }

  /** Composes, seals and has it accepted. @returns the frames that went to the server */
  say(n: number, effects: readonly Effect[] = this.compose(uuid(n), 'bob')) {
    this.key('bob', factsOf('key of bob'))
    const sealing = [...effects, ...this.effects].filter((one) => one.type === 'seal' && one.message.id === uuid(n))
    const sent = this.seal(sealing.slice(0, 1))
    this.tell({ type: 'frame', line: this.line, frame: { type: 'sent', id: uuid(n), after: this.#seq } })
    const bodies = sealing.flatMap((one) => (one.type === 'seal' ? [one.message.body] : []))
    const frames = [...sent, ...this.effects].flatMap((one) =>
      one.type === 'send' && one.frame.type === 'send' && one.frame.id === uuid(n) ? [one.frame] : [],
    )
    return { body: bodies[0], frame: frames[0] }
  }

  set(n: number, seconds: number) {
    return this.say(
      n,
      this.tell({ type: 'call', ticket: n, call: { type: 'set lifetime', id: uuid(n), conversation: 'bob', seconds } }),
    )
  }

  arrive(n: number, body: Content, opened: Omit<Opened, 'body'> = OF_BOB, from = 'bob'): void {
    this.#seq += 1
    const facts = { id: uuid(n), sendername: from, message_text: '', timestamp: 5 } as const
    this.tell({ type: 'frame', line: this.line, frame: { type: 'message', seq: this.#seq, ...facts } })
    const { number = 0 } = this.state.batch ?? {}
    this.tell({ type: 'found', batch: number, found: [null] })
    this.tell({ type: 'read', batch: number, opened: new Map([[0, { ...opened, body: { ...body } }]]) })
    if (this.state.batch !== null) this.tell({ type: 'found', batch: number, found: [null, this.#about(from, body)] })
  }

  /** What is on disk of the message that an act is about. */
  #about(from: string, body: Content): Found | null {
    const id = 'id' in body && typeof body.id === 'string' ? body.id : ''
    const line = this.lineOf(id)
    const row = this.row('ids', [from, id])
    return line === null || row === undefined ? null : { row: row as Found['row'], line }
  }

  read(): void {
    this.tell({ type: 'call', ticket: 9, call: { type: 'mark read', conversation: 'bob' } })
  }

  /** Time passes while the engine runs: its timer rings every minute at the latest. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= MINUTE) {
      this.now += Math.min(left, MINUTE)
      this.tell({ type: 'timer', name: 'fading' })
    }
  }

  /** The clock is set, and the next ring comes as it would. */
  leap(ms: number): void {
    this.now += ms
    this.pass(MINUTE)
  }

  lineOf(id: string): Line | null {
    for (const { table, value } of this.rows.values())
      if (table === 'messages' && value !== null && 'id' in value && value.id === id) return value
    return null
  }

  has(n: number): boolean {
    return this.lineOf(uuid(n)) !== null
  }

  number(): number {
    return this.state.peers.get('bob')?.number ?? 0
  }

  row(table: Write['table'], key: LogicalKey): unknown {
    return this.rows.get(JSON.stringify([table, key]))?.value ?? null
  }
}

const text = (words: string, life?: number): Content => ({
  type: 'text',
  text: words,
  ...(life === undefined ? {} : { life }),
})
const seconds = (desk: Desk) => desk.state.peers.get('bob')?.lifetime?.seconds

describe('the setting', () => {
  test('is off; from then on each message carries it, and a change touches none that is there', () => {
    const desk = new Room()
    expect(desk.lineOf(uuid(1))).not.toHaveProperty('life')
    expect(desk.set(2, LIFE).body).toEqual({ type: 'lifetime', seconds: LIFE })
    const { body, frame } = desk.say(3)
    expect(body).toEqual({ type: 'text', text: uuid(3), life: LIFE })
    expect(frame).toMatchObject({ expires_in: LIFE })
    desk.set(4, 0)
    expect(desk.say(5)).toMatchObject({ body: { type: 'text', text: uuid(5) } })
    desk.pass(DAY)
    expect([1, 2, 3, 4, 5].filter((n) => desk.has(n))).toEqual([1, 2, 4, 5])
  })

  test('counts at once for what is composed behind it, also offline', () => {
    const desk = new Room()
    desk.tell({ type: 'closed', line: desk.line, code: null })
    desk.tell({
      type: 'call',
      ticket: 2,
      call: { type: 'set lifetime', id: uuid(2), conversation: 'bob', seconds: 3600 },
    })
    desk.compose(uuid(3), 'bob')
    expect(desk.state.outbox.find(({ id }) => id === uuid(3))).toMatchObject({ life: 3600 })
  })

  test('an hour is an hour for people and a day for the server, so that who sleeps gets it', () => {
    const desk = new Room()
    desk.set(2, 3600)
    expect(desk.say(3).frame).toMatchObject({ expires_in: LIFE })
  })

  test('that in the latest place counts, whoever set it and whenever it comes', () => {
    const desk = new Room()
    desk.arrive(20, { type: 'lifetime', seconds: 3600 })
    expect(seconds(desk)).toBe(3600)
    desk.arrive(21, { type: 'lifetime', seconds: 604_800 }, OF_PHONE, 'me')
    expect(seconds(desk)).toBe(604_800)
    desk.set(22, 0)
    expect(seconds(desk)).toBe(0)
    expect(desk.lineOf(uuid(20))).toMatchObject({ kind: 'setting', own: false, setting: { seconds: 3600 } })
    expect(desk.lineOf(uuid(21))).toMatchObject({ kind: 'setting', own: true })
  })

  test('is learned by a device that was not there from what is written since', () => {
    const desk = new Room()
    desk.arrive(20, text('hello'))
    expect(seconds(desk)).toBeUndefined()
    desk.arrive(21, text('and this goes', 3600))
    expect(seconds(desk)).toBe(3600)
    desk.arrive(22, { type: 'lifetime', seconds: 0 })
    desk.arrive(23, text('on its way since before', 3600))
    expect(seconds(desk)).toBe(0)
  })

  test.each([
    ['of a forger', { type: 'lifetime', seconds: 3600 }, { mark: 'forged' }],
    ['that is no number', { type: 'lifetime', seconds: '3600' }, {}],
    ['below a minute', { type: 'lifetime', seconds: 1 }, {}],
    ['beyond a month', { type: 'lifetime', seconds: 1e9 }, {}],
    ['that is no whole number', { type: 'lifetime', seconds: 3600.5 }, {}],
  ] as const)('one %s changes nothing', (_, body, more) => {
    const desk = new Room()
    const opened = { ...OF_BOB, reason: 'form wrong', ...more }
    desk.arrive(20, body as unknown as Content, opened)
    expect(seconds(desk)).toBeUndefined()
  })

  test('a message with a lifetime out of all reason stays', () => {
    const desk = new Room()
    for (const [n, life] of [0, -5, 1, 1e12, 0.5].entries()) desk.arrive(20 + n, text('hi', life))
    desk.read()
    desk.pass(HOUR)
    expect([20, 21, 22, 23, 24].every((n) => desk.has(n))).toBe(true)
  })
})

describe('a message that disappears', () => {
  test('counts for its reader from when it was read, and not before', () => {
    const desk = new Room()
    desk.arrive(20, text('a secret', LIFE))
    desk.pass(3 * HOUR)
    expect(desk.has(20)).toBe(true)
    desk.read()
    desk.pass(DAY - MINUTE)
    expect(desk.has(20)).toBe(true)
    desk.pass(2 * MINUTE)
    expect(desk.has(20)).toBe(false)
    expect(JSON.stringify([...desk.rows.values()])).not.toContain('a secret')
    expect(JSON.stringify([...desk.state.peers.values()])).not.toContain('a secret')
    expect(desk.row('ids', ['bob', uuid(20)])).toEqual({ line: null })
  })

  test('is read too when one answers from another device', () => {
    const desk = new Room()
    desk.arrive(20, text('a secret', LIFE))
    desk.arrive(21, text('thanks'), OF_PHONE, 'me')
    desk.pass(DAY + MINUTE)
    expect([desk.has(20), desk.has(21)]).toEqual([false, true])
  })

  test('is gone from the list with what was thought of it, and acts about it find nothing', () => {
    const desk = new Room()
    desk.set(2, LIFE)
    desk.say(3)
    desk.arrive(20, { type: 'reaction', sender: 'me', id: uuid(3), emoji: '👍' })
    expect(desk.state.peers.get('bob')).toMatchObject({ last: { line: { id: uuid(3) } }, reacted: { emoji: '👍' } })
    desk.pass(DAY + MINUTE)
    expect(desk.state.peers.get('bob')).toMatchObject({ last: null })
    expect(desk.state.peers.get('bob')).not.toHaveProperty('reacted')
    desk.arrive(21, { type: 'reaction', sender: 'me', id: uuid(3), emoji: '😀' })
    expect(desk.state.early.size).toBe(0)
  })

  test('goes at the next start when its time ended while the app was closed, before anything else', () => {
    const desk = new Room()
    desk.arrive(20, text('a secret', LIFE))
    desk.read()
    const disk = {
      meta: desk.state.meta,
      peers: [...desk.state.peers.values()],
      outbox: [],
      fading: [...desk.state.fading.values()],
    }
    const again = restoreState(desk.state.own, 1, disk)
    const early = step(again, { type: 'start' }, desk.now + DAY - 1)
    expect(early.effects.filter(({ type }) => type === 'commit')).toEqual([])
    const { effects } = step(again, { type: 'start' }, desk.now + DAY)
    const [first] = effects
    if (first?.type !== 'commit') throw new Error('The first thing is no commit.')
    expect(first.writes).toContainEqual({ table: 'messages', key: [...again.fading.values()][0]?.key, value: null })
  })

  test('neither stays for ever nor goes much too early when the clock leaps', () => {
    for (const leap of [10 * 365 * DAY, -10 * 365 * DAY, -1_000_000]) {
      const desk = new Room()
      desk.now = 1_800_000_000_000
      desk.arrive(20, text('for a week', 7 * LIFE))
      desk.read()
      desk.leap(leap)
      desk.pass(5 * DAY)
      expect([leap, desk.has(20)]).toEqual([leap, true])
      desk.pass(2 * DAY)
      expect([leap, desk.has(20)]).toEqual([leap, false])
    }
  })

  test('a leap is known after the next start, and does not count whole there', () => {
    const desk = new Room()
    desk.now = 1_800_000_000_000
    desk.arrive(20, text('for a week', 7 * LIFE))
    desk.read()
    desk.leap(10 * 365 * DAY)
    desk.pass(MINUTE)
    const meta = desk.row('meta', ['state'])
    if (meta === undefined || meta === null) throw new Error('Nothing was written.')
    const again = restoreState(desk.state.own, 1, {
      meta: meta as typeof desk.state.meta,
      peers: [...desk.state.peers.values()],
      outbox: [],
      fading: [...desk.state.fading.values()],
    })
    const { state } = step(again, { type: 'start' }, desk.now)
    expect(state.fading.size).toBe(1)
  })

  test('taken away before its time, or deleted by its writer, leaves nothing that counts on', () => {
    const desk = new Room()
    desk.arrive(20, text('one', LIFE))
    desk.arrive(21, { type: 'text', text: 'two', life: LIFE })
    desk.read()
    const key = [...desk.state.fading.values()].find(({ id }) => id === uuid(20))?.key ?? []
    const line = desk.lineOf(uuid(20)) as MessageLine
    desk.tell({ type: 'call', ticket: 3, call: { type: 'forget', target: { key, line }, before: null } })
    expect([...desk.state.fading.values()].map(({ id }) => id)).toEqual([uuid(21)])
    desk.arrive(22, { type: 'delete', id: uuid(21) })
    expect(desk.state.fading.size).toBe(0)
  })

  test('is quoted without its words, which would outlive it', () => {
    expect(quotable({ text: 'a secret', life: LIFE })).toBe('')
    expect(quotable({ text: 'no secret' })).toBe('no secret')
  })
})

describe('one that nobody has said that it came', () => {
  const over = () => {
    const desk = new Room()
    desk.set(2, LIFE)
    desk.say(3)
    desk.pass(DAY + MINUTE)
    return desk
  }
  const ended = (desk: Room) =>
    [...desk.rows.values()].filter(
      ({ table, value }) => table === 'messages' && value !== null && 'notice' in value && value.notice === 'ended',
    )

  test('leaves a line without words, and is no gap for who asks for it later', () => {
    const desk = over()
    expect(ended(desk)).toMatchObject([{ value: { n: 3 } }])
    expect(JSON.stringify(ended(desk))).not.toContain(uuid(3))
    expect(desk.row('links', [desk.number(), uuid(1), 3])).toMatchObject({ withdrawn: true })
    // A control: the setting itself is given again.
    expect(desk.row('links', [desk.number(), uuid(1), 2])).toMatchObject({ withdrawn: false })
  })

  test('leaves none when it was told that it came', () => {
    const desk = new Room()
    desk.set(2, LIFE)
    desk.say(3)
    desk.arrive(20, { type: 'receipt', chain: uuid(1), n: 3, missing: [], unsure: [] } as unknown as Content)
    desk.pass(DAY + MINUTE)
    expect([desk.has(3), ended(desk)]).toEqual([false, []])
  })

  test('nor of somebody who writes and never tells such things', () => {
    const desk = new Room()
    desk.set(2, LIFE)
    desk.say(3)
    const link = { chain: uuid(7), n: 1, prev: '', hash: 'h' }
    desk.arrive(20, text('hello'), { ...OF_BOB, link })
    desk.pass(DAY + MINUTE)
    expect([desk.has(3), ended(desk)]).toEqual([false, []])
  })
})
