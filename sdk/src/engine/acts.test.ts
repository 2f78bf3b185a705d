import { describe, expect, test } from 'vitest'
import type { Act, Content } from './content.ts'
import type { Effect } from './events.ts'
import { restoreState } from './restore.ts'
import type { IdRow, Line, LogicalKey, MessageLine, Table, Write } from './rows.ts'
import type { Opened } from './state.ts'
import { Desk, factsOf } from './testing/desk.ts'

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const LINK = { chain: uuid(1), n: 1 }
const OF_BOB = { mark: 'verified', reason: null, at: 5, to: 'me', signedBy: 'key of bob' } as const
const OF_PHONE = { ...OF_BOB, to: 'bob', signedBy: 'my key' } as const

/** A device with its rows: what it looks up is what it wrote. */
class Bench extends Desk {
  readonly rows = new Map<string, Write>()
  #seq = 0

  constructor() {
    super()
    this.online()
    this.compose(uuid(1), 'bob')
    this.seal(this.key('bob', factsOf('key of bob')))
    this.accept(uuid(1))
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

  accept(id: string): readonly Effect[] {
    return this.tell({ type: 'frame', line: this.line, frame: { type: 'sent', id, after: this.#seq } })
  }

  row(table: Table, key: LogicalKey): unknown {
    return this.rows.get(JSON.stringify([table, key]))?.value ?? null
  }

  find(sender: string, id: string): { readonly row: IdRow; readonly line: Line | null } | null {
    const row = this.row('ids', [sender, id]) as IdRow | null
    return row === null
      ? null
      : { row, line: row.line === null ? null : (this.row('messages', row.line) as Line | null) }
  }

  message(sender: string, id: string): MessageLine | null {
    const line = this.find(sender, id)?.line ?? null
    return line?.kind === 'message' ? line : null
  }

  /** Frames that come together, and are opened as it says. */
  arrive(
    ...mail: readonly { readonly from?: string; readonly id: string; readonly opened: Opened }[]
  ): readonly Effect[] {
    const start = this.effects.length
    for (const { from = 'bob', id } of mail) {
      this.#seq += 1
      const facts = { id, sendername: from, message_text: '', timestamp: 5 } as const
      this.tell({ type: 'frame', line: this.line, frame: { type: 'message', seq: this.#seq, ...facts } })
    }
    // The first is a batch of its own: the others come while it is worked on.
    let next = 0
    while (this.state.batch !== null && next < mail.length) next += this.#work(mail.slice(next))
    return this.effects.slice(start)
  }

  #work(mail: readonly { readonly opened: Opened }[]): number {
    const { number, entries } = this.state.batch ?? { number: 0, entries: [] }
    this.tell({ type: 'found', batch: number, found: entries.map(() => null) })
    const opened = mail.slice(0, entries.length).map((one, index) => [index, one.opened] as const)
    this.tell({ type: 'read', batch: number, opened: new Map(opened) })
    this.answer()
    return entries.length
  }

  /** Whatever has been asked of the disk. */
  answer(): void {
    const asked = this.effects.findLast((effect) => effect.type === 'find')
    if (asked?.type !== 'find' || this.state.batch?.phase !== 'recalling') return
    this.tell({ type: 'found', batch: asked.batch, found: asked.ids.map(({ sender, id }) => this.find(sender, id)) })
  }

  /** The server gives up keeping an own message. */
  expire(id: string): void {
    this.#seq += 1
    const frame = { type: 'expired', seq: this.#seq, id, destname: 'bob' } as const
    this.tell({ type: 'frame', line: this.line, frame })
    this.tell({ type: 'found', batch: this.state.batch?.number ?? 0, found: [this.find('me', id)] })
  }

  says(n: number, body: Content | Record<string, unknown>, more: Partial<Opened> = {}): readonly Effect[] {
    return this.arrive(bobs(n, body, more))
  }

  act(n: number, act: Act, target: MessageLine | null): readonly Effect[] {
    const key = target === null ? null : (this.find(target.sender, target.id)?.row.line ?? null)
    const found = key === null || target === null ? null : { key, line: target }
    const call = { type: 'act', id: uuid(n), conversation: 'bob', act, target: found } as const
    return this.tell({ type: 'call', ticket: n, call })
  }

  /** The act goes, and the server takes it. */
  send(n: number, act: Act, target: MessageLine | null): void {
    this.seal(this.act(n, act, target))
    this.accept(uuid(n))
  }
}

const bobs = (n: number, body: Content | Record<string, unknown>, more: Partial<Opened> = {}) => ({
  id: uuid(n),
  opened: { ...OF_BOB, body: { type: '', ...body }, ...more },
})

const phones = (n: number, body: Content) => ({ from: 'me', id: uuid(n), opened: { ...OF_PHONE, body: { ...body } } })

const text = (words: string): Content => ({ type: 'text', text: words })
const edit = (n: number, words: string): Act => ({ type: 'edit', id: uuid(n), text: words })
const remove = (n: number): Act => ({ type: 'delete', id: uuid(n) })
const react = (sender: string, n: number, emoji: string | null): Act => ({
  type: 'reaction',
  sender,
  id: uuid(n),
  emoji,
})

describe('somebody else', () => {
  test('edits their own message; the list tells the new words, and nothing new has come', () => {
    const desk = new Bench()
    desk.says(50, text('helo'))
    const effects = desk.says(51, edit(50, 'hello'))
    expect(desk.message('bob', uuid(50))).toMatchObject({ text: 'hello', edited: { at: 5 } })
    expect(desk.state.peers.get('bob')).toMatchObject({ unread: 1, last: { line: { text: 'hello' } } })
    expect(effects.some((one) => one.type === 'notify' && one.change.kind === 'arrived')).toBe(false)
    // Of the act itself nothing is left but its id.
    expect(desk.find('bob', uuid(51))).toEqual({ row: { line: null }, line: null })
  })

  test('deletes it: no row holds the words any more', () => {
    const desk = new Bench()
    desk.says(50, text('a secret'))
    desk.says(51, edit(50, 'another secret'))
    desk.says(52, remove(50))
    expect(desk.message('bob', uuid(50))).toMatchObject({ text: '', deleted: 5 })
    expect(JSON.stringify([...desk.rows.values()])).not.toContain('secret')
  })

  test.each([
    ['edits a message of mine', edit(1, 'I owe Bob money'), {}],
    ['deletes a message of mine', remove(1), {}],
    ['reacts in a name of a third', react('carol', 1, '👍'), {}],
    ['edits under another key than the message was signed with', edit(50, 'forged'), { signedBy: 'new key of bob' }],
    ['edits under a new key', edit(50, 'forged'), { mark: 'new key', signedBy: 'new key of bob' }],
    ['sends more than an emoji', react('me', 1, 'no emoji'), {}],
  ] as const)('%s: nothing happens', (_, body, more) => {
    const desk = new Bench()
    desk.says(50, text('his'))
    const before = [desk.message('me', uuid(1)), desk.message('bob', uuid(50))]
    desk.says(51, body, more)
    expect([desk.message('me', uuid(1)), desk.message('bob', uuid(50))]).toEqual(before)
  })

  test('edits what came as plain text under his name: it waits for the real one', () => {
    const desk = new Bench()
    desk.says(50, text('planted'), { mark: 'unsigned', signedBy: null })
    desk.says(51, edit(50, 'real'))
    expect(desk.message('bob', uuid(50))?.text).toBe('planted')
  })

  test('reacts, changes and takes it back; who was reacted to is told, and nothing is unread', () => {
    const desk = new Bench()
    const told = desk.says(50, react('me', 1, '❤️')).flatMap((one) => (one.type === 'notify' ? [one.change] : []))
    const about = { sender: 'me', id: uuid(1) }
    expect(told).toContainEqual({ kind: 'reacted', conversation: 'bob', by: 'bob', emoji: '❤️', to: uuid(1), about })
    expect(desk.message('me', uuid(1))?.reactions).toMatchObject([{ by: 'bob', emoji: '❤️' }])
    expect(desk.state.peers.get('bob')).toMatchObject({ unread: 0, reacted: { by: 'bob', emoji: '❤️' } })
    desk.says(51, react('me', 1, '👍'))
    expect(desk.message('me', uuid(1))?.reactions).toMatchObject([{ by: 'bob', emoji: '👍' }])
    desk.says(52, react('me', 1, null))
    expect(desk.message('me', uuid(1))?.reactions).toMatchObject([{ by: 'bob', emoji: null }])
    expect(desk.state.peers.get('bob')?.reacted).toBeUndefined()
  })

  test('says something in one batch with what is done to it: the outcome is the same', () => {
    const desk = new Bench()
    desk.says(40, text('first'))
    desk.arrive(
      bobs(39, text('alone')),
      bobs(50, text('one')),
      bobs(51, edit(50, 'two')),
      bobs(52, react('bob', 50, '😀')),
      bobs(53, edit(50, 'three')),
    )
    expect(desk.message('bob', uuid(50))).toMatchObject({ text: 'three', reactions: [{ emoji: '😀' }] })
  })

  test('answers: of what is here no second copy is kept, of what is not the quote is', () => {
    const desk = new Bench()
    desk.says(50, { type: 'text', text: 'yes', re: { sender: 'me', id: uuid(1), text: 'never said' } })
    expect(desk.message('bob', uuid(50))?.re).toEqual({ sender: 'me', id: uuid(1), text: '' })
    desk.says(51, { type: 'text', text: 'no', re: { sender: 'Me', id: uuid(77), text: 'x'.repeat(999) } })
    expect(desk.message('bob', uuid(51))?.re).toEqual({ sender: 'me', id: uuid(77), text: 'x'.repeat(200) })
    desk.says(52, { type: 'text', text: 'maybe', re: { sender: 'carol', id: uuid(77), text: 'said carol' } })
    expect(desk.message('bob', uuid(52))).not.toHaveProperty('re')
    desk.says(53, { type: 'text', text: 'still here', re: 7 })
    expect(desk.message('bob', uuid(53))?.text).toBe('still here')
  })
})

describe('a forger', () => {
  test('who writes under the id of a message does not use up what waits for that', () => {
    const desk = new Bench()
    desk.says(51, remove(50))
    desk.says(50, text('planted'), { mark: 'forged', reason: 'form wrong', signedBy: null })
    expect(desk.message('bob', uuid(50))).toMatchObject({ mark: 'forged' })
    expect(desk.state.early.size).toBe(1)
    desk.says(61, text('his own'))
    desk.says(62, remove(61))
    expect(desk.message('bob', uuid(61))).toMatchObject({ deleted: 5 })
    expect(desk.state.early.size).toBe(1)
  })
})

describe('what expired', () => {
  const count = (desk: Bench) => desk.state.peers.get('bob')?.expired ?? 0
  const forget = (desk: Bench) => {
    const { row, line } = desk.find('me', uuid(1)) ?? {}
    if (row?.line === undefined || row.line === null || line?.kind !== 'message') throw new Error('It is not there.')
    desk.tell({ type: 'call', ticket: 3, call: { type: 'forget', target: { key: row.line, line }, before: null } })
  }

  test('is counted as undelivered, and taken away here it is not any more', () => {
    const desk = new Bench()
    desk.expire(uuid(1))
    expect(count(desk)).toBe(1)
    forget(desk)
    expect(count(desk)).toBe(0)
    desk.expire(uuid(1))
    expect(count(desk)).toBe(0)
  })

  test('after it was deleted is nothing that is to be sent', () => {
    const desk = new Bench()
    desk.send(60, remove(1), desk.message('me', uuid(1)))
    desk.expire(uuid(1))
    expect([count(desk), desk.message('me', uuid(1))?.state]).toEqual([0, 'accepted'])
  })

  test('before my other device deleted it is not to be sent any more either', () => {
    const desk = new Bench()
    desk.expire(uuid(1))
    expect(count(desk)).toBe(1)
    desk.arrive(phones(61, remove(1)))
    expect(desk.message('me', uuid(1))).toMatchObject({ deleted: 5, state: 'accepted' })
    expect(count(desk)).toBe(0)
  })
})

describe('order', () => {
  test('what comes before its message waits for it, also over a restart', () => {
    const desk = new Bench()
    desk.says(51, edit(50, 'two'))
    desk.says(52, react('bob', 50, '😀'))
    expect(desk.state.early.size).toBe(2)
    const early = [...desk.state.early.values()]
    const again = restoreState(desk.state.own, 1, {
      meta: desk.state.meta,
      peers: [...desk.state.peers.values()],
      outbox: [],
      early,
    })
    expect([...again.early]).toEqual([...desk.state.early])
    desk.says(50, text('one'))
    expect(desk.message('bob', uuid(50))).toMatchObject({ text: 'two', reactions: [{ emoji: '😀' }] })
    expect(desk.state.early.size).toBe(0)
    expect([...desk.rows.values()].some(({ table, value }) => table === 'early' && value !== null)).toBe(false)
  })

  test('of a conversation at most 32 wait, the oldest go', () => {
    const desk = new Bench()
    for (let n = 0; n < 40; n += 1) desk.says(100 + n, edit(500 + n, 'x'))
    expect([...desk.state.early.values()].map(({ about }) => about.id)).toEqual(
      Array.from({ length: 32 }, (_, n) => uuid(508 + n)),
    )
  })

  test('a deleted one stays deleted, whatever comes later', () => {
    const desk = new Bench()
    desk.says(50, text('one'))
    for (const [n, act] of [remove(50), edit(50, 'two'), react('bob', 50, '😀')].entries()) desk.says(60 + n, act)
    expect(desk.message('bob', uuid(50))).toMatchObject({ text: '', deleted: 5 })
    expect(desk.message('bob', uuid(50))).not.toHaveProperty('reactions')
  })

  test('my other device edits it after this one did: the later place counts, whichever is known first', () => {
    const desk = new Bench()
    const mine = desk.message('me', uuid(1))
    const effects = desk.act(60, edit(1, 'from here'), mine)
    desk.arrive(phones(61, edit(1, 'from the phone')))
    desk.seal(effects)
    desk.accept(uuid(60))
    expect(desk.message('me', uuid(1))?.text).toBe('from here')
    desk.arrive(phones(62, edit(1, 'from the phone again')))
    expect(desk.message('me', uuid(1))?.text).toBe('from the phone again')
  })

  test('what was looked up before another change of the same message does not undo that change', () => {
    const desk = new Bench()
    desk.seal(desk.act(60, react('me', 1, '😀'), desk.message('me', uuid(1))))
    const old = desk.find('me', uuid(1))
    desk.tell({
      type: 'frame',
      line: desk.line,
      frame: { type: 'message', seq: 90, id: uuid(61), sendername: 'bob', message_text: '', timestamp: 5 },
    })
    const { number = 0 } = desk.state.batch ?? {}
    desk.tell({ type: 'found', batch: number, found: [null] })
    desk.tell({ type: 'read', batch: number, opened: new Map([[0, bobs(61, react('me', 1, '👍')).opened]]) })
    desk.accept(uuid(60))
    desk.tell({ type: 'found', batch: number, found: [null, old] })
    expect(desk.message('me', uuid(1))?.reactions).toMatchObject([
      { by: 'me', emoji: '😀' },
      { by: 'bob', emoji: '👍' },
    ])
  })
})

describe('this person', () => {
  test('edits: the words travel as a counted message of their own, and take their place when the server has them', () => {
    const desk = new Bench()
    const effects = desk.act(60, edit(1, 'new words'), desk.message('me', uuid(1)))
    const seals = effects.flatMap((one) => (one.type === 'seal' ? [one.message] : []))
    expect(seals).toMatchObject([{ id: uuid(60), body: edit(1, 'new words'), link: { ...LINK, n: 2 } }])
    expect(desk.message('me', uuid(1))?.text).toBe(uuid(1))
    desk.seal(effects)
    desk.accept(uuid(60))
    expect(desk.message('me', uuid(1))).toMatchObject({ text: 'new words', edited: { at: desk.now } })
    expect(desk.row('links', [desk.state.peers.get('bob')?.number ?? 0, uuid(1), 2])).toMatchObject({ id: uuid(60) })
  })

  test('cannot change what is not theirs, not here, or signed with a key of before', () => {
    const desk = new Bench()
    desk.says(50, text('his'))
    const errors = (effects: readonly Effect[]) => effects.flatMap((one) => (one.type === 'settle' ? [one.error] : []))
    expect(errors(desk.act(60, edit(50, 'mine'), desk.message('bob', uuid(50))))).toEqual(['not_allowed'])
    expect(errors(desk.act(61, edit(99, 'mine'), null))).toEqual(['not_found'])
    const mine = desk.message('me', uuid(1))
    const old = mine === null ? null : { ...mine, fingerprint: 'key of before' }
    const fresh = new Bench()
    fresh.tell({ type: 'call', ticket: 9, call: { type: 'history deleted' } })
    expect(errors(fresh.act(62, remove(1), old))).toEqual(['not_allowed'])
    expect(errors(fresh.act(63, remove(1), mine))).toEqual([null])
  })

  test('edits what nobody has seen yet: it is written anew, and nothing tells of an edit', () => {
    const desk = new Bench()
    desk.tell({ type: 'closed', line: desk.line, code: null })
    desk.compose(uuid(70), 'bob')
    desk.act(71, edit(70, 'better'), null)
    expect(desk.state.outbox).toMatchObject([{ id: uuid(70), text: 'better', stage: 'saved' }])
  })

  test('edits what is under way: the edit goes behind it, and is in its text when it is refused', () => {
    const desk = new Bench()
    desk.seal(desk.compose(uuid(70), 'bob'))
    desk.act(71, edit(70, 'better'), null)
    expect(desk.stages()).toEqual({ [uuid(70)]: 'flying', [uuid(71)]: 'saved' })
    desk.tell({
      type: 'frame',
      line: desk.line,
      frame: { type: 'refused', id: uuid(70), code: 'too_large', message: '' },
    })
    expect(desk.state.outbox).toMatchObject([{ id: uuid(70), text: 'better', stage: 'failed' }])
  })

  test('takes a message away here alone: acts about it find nothing, and it does not come again', () => {
    const desk = new Bench()
    desk.says(50, text('one'))
    const found = desk.find('bob', uuid(50))
    const line = desk.message('bob', uuid(50))
    if (line === null || found === null || found.row.line === null) throw new Error('It is not there.')
    const target = { key: found.row.line, line }
    desk.tell({ type: 'call', ticket: 3, call: { type: 'forget', target, before: null } })
    expect(desk.message('bob', uuid(50))).toBeNull()
    desk.says(51, edit(50, 'two'))
    expect(desk.message('bob', uuid(50))).toBeNull()
    expect(desk.state.early.size).toBe(0)
    expect(desk.find('bob', uuid(50))).toEqual({ row: { line: null }, line: null })
  })
})
