import { describe, expect, test } from 'vitest'
import { ownChain } from './chains.ts'
import type { Effect } from './events.ts'
import type { Line, Write } from './rows.ts'
import { isServiceBody } from './service.ts'
import type { ServiceBody } from './service.ts'
import type { Found, Opened } from './state.ts'
import { Desk, factsOf } from './testing/desk.ts'

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const THEIRS = uuid(901)
const SIGNED = { mark: 'verified', reason: null, at: 5, to: 'me', signedBy: 'key of bob' } as const

let seqs = 0
/** Bob is known and everything is connected. */
function meetBob(): Desk {
  const desk = new Desk()
  seqs = 0
  desk.online()
  desk.compose(uuid(1), 'bob')
  desk.seal(desk.key('bob', factsOf('key of bob')))
  accept(desk, uuid(1))
  return desk
}

const accept = (desk: Desk, id: string) =>
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'sent', id, after: 0 } })

const refuse = (desk: Desk, id: string) =>
  desk.tell({ type: 'frame', line: desk.line, frame: { type: 'refused', id, code: 'too_large', message: '' } })

function arrive(desk: Desk, id: string, opened: Opened, original: Found | null = null): readonly Effect[] {
  seqs += 1
  const frame = { type: 'message', seq: seqs, id, sendername: 'bob', message_text: '', timestamp: 5 } as const
  desk.tell({ type: 'frame', line: desk.line, frame })
  const batch = () => desk.state.batches
  const effects = [...desk.tell({ type: 'found', batch: batch(), found: [null] })]
  effects.push(...desk.tell({ type: 'read', batch: batch(), opened: new Map([[0, opened]]) }))
  if (desk.state.batch?.phase === 'recalling')
    effects.push(...desk.tell({ type: 'found', batch: batch(), found: [original] }))
  return effects
}

/** Bob's message of that number, with the hash that the numbers alone give. */
const says = (
  desk: Desk,
  n: number,
  { id = uuid(900 + n), prev = `hash ${n - 1}`, ...more }: Partial<Opened> & { id?: string; prev?: string } = {},
) =>
  arrive(desk, id, {
    ...SIGNED,
    body: { type: 'text', text: `his ${n}` },
    link: { chain: THEIRS, n, prev: n === 1 ? '' : prev, hash: `hash ${n}` },
    ...more,
  })

const tells = (desk: Desk, body: ServiceBody, more: Partial<Opened> = {}, original: Found | null = null) =>
  arrive(desk, uuid(5_000 + seqs), { ...SIGNED, body: { ...body }, ...more }, original)

/** The conversation as it lies on disk: numbers of his, and `?` for a notice. */
function lines(desk: Desk): readonly string[] {
  const rows = new Map<string, { readonly key: Write['key']; readonly line: Line }>()
  for (const effect of desk.effects) {
    if (effect.type !== 'commit') continue
    for (const write of effect.writes) {
      if (write.table !== 'messages') continue
      if (write.value === null) rows.delete(JSON.stringify(write.key))
      else rows.set(JSON.stringify(write.key), { key: write.key, line: write.value })
    }
  }
  return [...rows.values()]
    .toSorted((a, b) => Number(a.key[1]) - Number(b.key[1]) || Number(a.key[2]) - Number(b.key[2]))
    .flatMap(({ line }) => {
      if (line.kind === 'notice') return ['?']
      return line.kind === 'message' && line.mark !== null ? [line.text] : []
    })
}

const bodies = (effects: readonly Effect[]): readonly (ServiceBody | null)[] =>
  effects.flatMap((effect) => {
    if (effect.type !== 'seal') return []
    const { body } = effect.message
    return [isServiceBody(body) && 'chain' in body ? body : null]
  })

const ring = (desk: Desk, name: string) => bodies(desk.tell({ type: 'timer', name }))

/** Everything that waits to be told is sealed, sent and accepted. */
function deliver(desk: Desk): void {
  for (let item = desk.state.service[0]; item !== undefined; item = desk.state.service[0]) {
    desk.tell({ type: 'sealed', id: item.id, to: [], key: '', link: null })
    accept(desk, item.id)
  }
}

const number = (desk: Desk) => desk.state.peers.get('bob')?.number ?? 0
const own = (desk: Desk) => ownChain({ state: desk.state, effects: [], now: 0 }, number(desk))

describe('what others count', () => {
  test('what comes in order leaves no notice, and is told once, when it is on disk', () => {
    const desk = meetBob()
    for (const n of [1, 2, 3]) says(desk, n)
    expect(lines(desk)).toEqual(['his 1', 'his 2', 'his 3'])
    expect(ring(desk, 'receipts')).toEqual([{ type: 'receipt', chain: THEIRS, n: 3, missing: [], unsure: [] }])
    deliver(desk)
    expect(ring(desk, 'receipts')).toEqual([])
  })

  test('a gap is noted, asked for once it is due, and filled in order; then the notice goes', () => {
    const desk = meetBob()
    says(desk, 1)
    says(desk, 4)
    expect(lines(desk)).toEqual(['his 1', '?', 'his 4'])
    desk.now += 4_000
    expect(ring(desk, 'gaps')).toEqual([])
    desk.now += 1_001
    expect(ring(desk, 'gaps')).toEqual([{ type: 'ask', chain: THEIRS, missing: [[2, 3]] }])
    says(desk, 3)
    expect(lines(desk)).toEqual(['his 1', '?', 'his 3', 'his 4'])
    tells(desk, { type: 'again', id: uuid(902), chain: THEIRS, n: 2, at: 5, text: 'his 2' })
    expect(lines(desk)).toEqual(['his 1', 'his 2', 'his 3', 'his 4'])
  })

  test('the first word under a new key shows what was lost before it, unless the contact was compared in person', () => {
    const desk = meetBob()
    says(desk, 1)
    says(desk, 3, { mark: 'new key' })
    expect(lines(desk)).toEqual(['his 1', '?', 'his 3'])
    const other = meetBob()
    other.tell({ type: 'call', ticket: 2, call: { type: 'set compared', name: 'bob', compared: true } })
    says(other, 1)
    says(other, 3, { mark: 'new key' })
    expect(lines(other)).toEqual(['his 1', 'his 3'])
  })

  test('what is given again is shown once, and takes the place of what was forged under its id', () => {
    const desk = meetBob()
    says(desk, 1)
    says(desk, 3)
    const again = { type: 'again', id: uuid(902), chain: THEIRS, n: 2, at: 5, text: 'his 2' } as const
    tells(desk, again, {}, { row: { line: null }, line: null })
    expect(lines(desk)).toEqual(['his 1', 'his 3'])
    tells(desk, again)
    expect(lines(desk)).toEqual(['his 1', 'his 3'])
  })

  test('asked for five times, then no more; what is withdrawn was never lost', () => {
    const desk = meetBob()
    says(desk, 1)
    says(desk, 3)
    const asked = [5_001, 300_001, 3_600_001, 86_400_001, 86_400_001, 86_400_001, 86_400_001].map((ms) => {
      desk.now += ms
      const effects = [
        ...desk.tell({ type: 'timer', name: 'gaps' }),
        ...desk.key('me', factsOf('my key')),
        ...desk.key('bob', factsOf('key of bob')),
      ]
      const { length } = bodies(effects).filter((body) => body?.type === 'ask')
      deliver(desk)
      return length
    })
    expect(asked).toEqual([1, 1, 1, 1, 1, 0, 0])
    tells(desk, { type: 'gone', chain: THEIRS, missing: [[2, 2]], why: 'withdrawn' })
    expect(lines(desk)).toEqual(['his 1', 'his 3'])
  })

  test('the number of a chain that is new here is no gap, and its sender hears that we are not sure', () => {
    const desk = meetBob()
    says(desk, 7)
    expect(lines(desk)).toEqual(['his 7'])
    expect(ring(desk, 'receipts')).toEqual([{ type: 'receipt', chain: THEIRS, n: 7, missing: [], unsure: [[1, 6]] }])
  })

  test('a sender put back to an older state is shown, and followed from there', () => {
    const desk = meetBob()
    for (const n of [1, 2, 3]) says(desk, n)
    says(desk, 2, { body: { type: 'text', text: 'other 2' }, id: uuid(952) })
    says(desk, 3, { body: { type: 'text', text: 'other 3' }, id: uuid(953) })
    expect(lines(desk)).toEqual(['his 1', 'his 2', 'his 3', 'other 2', 'other 3'])
    says(desk, 4, { id: uuid(954), prev: 'hash of something else' })
    expect(lines(desk).at(-2)).toBe('?')
  })

  test('the largest jump costs nothing, and only the verified can make one', () => {
    const desk = meetBob()
    says(desk, 1)
    says(desk, 9, { mark: 'earlier key' })
    expect(lines(desk)).toEqual(['his 1', 'his 9'])
    says(desk, 2 ** 31)
    expect(lines(desk)).toEqual(['his 1', 'his 9', '?', `his ${2 ** 31}`])
  })

  test('without receipts only what is missing is asked for', () => {
    const desk = meetBob()
    desk.tell({ type: 'call', ticket: 9, call: { type: 'set receipts', on: false } })
    says(desk, 1)
    says(desk, 3)
    expect(ring(desk, 'receipts')).toEqual([])
    desk.now += 5_001
    expect(ring(desk, 'gaps')).toHaveLength(1)
  })

  test('a head shows what is missing at the end', () => {
    const desk = meetBob()
    says(desk, 1)
    tells(desk, { type: 'head', chain: THEIRS, n: 1 })
    expect(lines(desk)).toEqual(['his 1'])
    tells(desk, { type: 'head', chain: THEIRS, n: 3 })
    expect(lines(desk)).toEqual(['his 1', '?'])
  })
})

describe('what is counted here', () => {
  const write = (desk: Desk, n: number) => desk.seal(desk.compose(uuid(n), 'bob'))
  const receipt = { type: 'receipt', chain: uuid(1), n: 1, missing: [], unsure: [] } as const

  test('numbers follow acceptance: what is refused uses none up', () => {
    const desk = meetBob()
    write(desk, 2)
    refuse(desk, uuid(2))
    expect(own(desk)).toMatchObject({ n: 1 })
    write(desk, 3)
    accept(desk, uuid(3))
    expect(own(desk)).toMatchObject({ chain: uuid(1), n: 2, hash: `hash of ${uuid(3)}` })
  })

  test('what may have reached the server and is taken away uses its number up', () => {
    const desk = meetBob()
    write(desk, 2)
    desk.tell({ type: 'call', ticket: 2, call: { type: 'discard', id: uuid(2), expired: null, before: null } })
    expect(own(desk)).toMatchObject({ n: 2 })
    const links = desk.effects.flatMap((effect) => (effect.type === 'commit' ? effect.writes : []))
    expect(links.findLast(({ table }) => table === 'links')?.value).toMatchObject({ id: uuid(2), withdrawn: true })
  })

  test('what expired and is stored after all is not counted as undelivered any more', () => {
    const desk = meetBob()
    const undelivered = () => desk.state.peers.get('bob')?.expired ?? 0
    const row = { line: [number(desk), 0, 1] }
    const link = { chain: uuid(1), n: 1 }
    const expire = () => {
      seqs += 1
      const frame = { type: 'expired', seq: seqs, id: uuid(1), destname: 'bob' } as const
      desk.tell({ type: 'frame', line: desk.line, frame })
      desk.tell({ type: 'found', batch: desk.state.batches, found: [{ row, line: { ...line('one'), link } }] })
    }
    expire()
    expect(undelivered()).toBe(1)
    tells(desk, receipt)
    expect(undelivered()).toBe(0)
    // Told again, or behind the receipt.
    tells(desk, receipt)
    expire()
    expect(undelivered()).toBe(0)
  })

  test('what was read here is told with the next receipt, and not what was read while that was switched off', () => {
    const desk = meetBob()
    const read = () => desk.tell({ type: 'call', ticket: 7, call: { type: 'mark read', conversation: 'bob' } })
    const turn = (on: boolean) => desk.tell({ type: 'call', ticket: 8, call: { type: 'set read receipts', on } })
    const told = { type: 'receipt', chain: THEIRS, missing: [], unsure: [] }
    says(desk, 1)
    read()
    expect(ring(desk, 'receipts')).toEqual([{ ...told, n: 1, read: 1 }])
    deliver(desk)
    says(desk, 2)
    expect(ring(desk, 'receipts')).toEqual([{ ...told, n: 2, read: 1 }])
    deliver(desk)
    read()
    expect(ring(desk, 'receipts')).toEqual([{ ...told, n: 2, read: 2 }])
    deliver(desk)
    turn(false)
    says(desk, 3)
    read()
    expect(ring(desk, 'receipts')).toEqual([{ ...told, n: 3 }])
    deliver(desk)
    turn(true)
    read()
    expect(ring(desk, 'receipts')).toEqual([])
    says(desk, 4)
    expect(ring(desk, 'receipts')).toEqual([{ ...told, n: 4, read: 2 }])
  })

  test('what the addressee has read is known from then on; more than was sent, or than is there, is not believed', () => {
    const desk = meetBob()
    tells(desk, { ...receipt, read: 2 })
    expect(own(desk)).toMatchObject({ stored: 1 })
    expect(own(desk)?.read).toBeUndefined()
    tells(desk, { ...receipt, read: 1 }, { mark: 'new key' })
    expect(own(desk)?.read).toBeUndefined()
    tells(desk, { ...receipt, read: 1 })
    expect(own(desk)?.read).toBe(1)
    tells(desk, receipt)
    expect(own(desk)?.read).toBe(1)
  })

  test('a receipt counts when it is verified and possible, and never backwards', () => {
    const desk = meetBob()
    for (const more of [{ mark: 'new key' }, { mark: 'earlier key' }, { mark: 'forged', body: null }] as const) {
      tells(desk, receipt, more)
    }
    tells(desk, { ...receipt, n: 2 })
    expect(own(desk)?.stored).toBe(0)
    tells(desk, receipt)
    expect(own(desk)).toMatchObject({ stored: 1, unsure: [] })
    tells(desk, { ...receipt, missing: [[1, 1]] })
    expect(own(desk)).toMatchObject({ stored: 1, unsure: [] })
  })

  const ask = { type: 'ask', chain: uuid(1), missing: [[1, 1]] } as const
  const line = (text: string) => ({ kind: 'message', id: uuid(1), own: true, text, at: 7, sender: 'me', state: 'accepted', mark: null, reason: null, fingerprint: null, knownSince: null }) as const // prettier-ignore
  const recalled = (desk: Desk, effects: readonly Effect[], key: string, again = 0) => {
    const wanted = effects.flatMap((effect) => (effect.type === 'recall' ? [effect.wanted] : []))[0]
    if (wanted === undefined) return null
    const row = { id: uuid(1), key, own: 'my key', withdrawn: false, again }
    return bodies(desk.tell({ type: 'recalled', wanted, found: [{ n: 1, row, line: line('one'), target: null }] }))
  }

  test('what is asked for is given again for the same key, three times, and not faster than every ten seconds', () => {
    const desk = meetBob()
    const given = { type: 'again', id: uuid(1), chain: uuid(1), n: 1, at: 7, text: 'one' }
    expect(recalled(desk, tells(desk, ask), 'key of bob')).toEqual([given])
    deliver(desk)
    expect(recalled(desk, tells(desk, ask), 'key of bob')).toBeNull()
    desk.now += 10_001
    expect(recalled(desk, tells(desk, ask), 'key of bob', 3)).toEqual([])
  })

  test('whoever comes with another key gets nothing, and unverified nobody is answered', () => {
    const desk = meetBob()
    expect(recalled(desk, tells(desk, ask, { mark: 'new key' }), 'key of bob')).toBeNull()
    const answer = recalled(desk, tells(desk, ask), 'the key of before')
    expect(answer).toEqual([{ type: 'gone', chain: uuid(1), missing: [[1, 1]], why: 'key' }])
  })

  test('a head goes half a minute after a word of theirs, and then only after another, ever later', () => {
    const desk = meetBob()
    const timers = () =>
      desk.effects.flatMap((one) => (one.type === 'timer' && one.name.startsWith('head') ? [one.ms] : []))
    expect(timers()).toEqual([])
    says(desk, 1)
    expect(timers()).toEqual([30_000])
    const head = { type: 'head', chain: uuid(1), n: 1 }
    expect(ring(desk, `head ${number(desk)}`)).toEqual([head])
    deliver(desk)
    says(desk, 2)
    says(desk, 3)
    expect(timers()).toEqual([30_000, 300_000])
    tells(desk, receipt)
    expect(ring(desk, `head ${number(desk)}`)).toEqual([])
  })

  test('a new device that never saw the beginning gets it when after two heads no device has ever had it', () => {
    const desk = meetBob()
    const unsure = { type: 'receipt', chain: uuid(1), n: 1, missing: [], unsure: [[1, 1]] } as const
    const wanted = (effects: readonly Effect[]) => effects.filter(({ type }) => type === 'recall').length
    says(desk, 1)
    expect(wanted(tells(desk, unsure))).toBe(0)
    for (let heads = 0; heads < 2; heads += 1) {
      ring(desk, `head ${number(desk)}`)
      deliver(desk)
    }
    expect(wanted(tells(desk, unsure))).toBe(1)
  })
})
