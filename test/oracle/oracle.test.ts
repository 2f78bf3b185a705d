import { describe, expect, test } from 'vitest'
import { judge } from './index.ts'
import type { Observation, ServerTables, ViewLine, Violation } from './index.ts'

/** Alice writes m1 and m2 to Bob, Bob writes m3 back; Alice has a laptop and a phone. */
const joined: readonly Observation[] = [
  { what: 'joined', device: 'laptop', account: 'alice' },
  { what: 'joined', device: 'phone', account: 'alice' },
  { what: 'joined', device: 'desk', account: 'bob' },
]
const composed = (message: string, device: string): Observation => ({
  what: 'composed',
  message,
  device,
  conversation: 'alice and bob',
  accounts: ['alice', 'bob'],
})
const accepted = (message: string): Observation => ({ what: 'accepted', message })
const line = (message: string) => ({ kind: 'message', message }) as const satisfies ViewLine
const view = (device: string, ...messages: readonly (string | ViewLine)[]): Observation => ({
  what: 'view',
  device,
  conversation: 'alice and bob',
  lines: messages.map((one) => (typeof one === 'string' ? line(one) : one)),
})
const sent = [
  ...joined,
  composed('m1', 'laptop'),
  composed('m2', 'laptop'),
  composed('m3', 'desk'),
  ...['m1', 'm2', 'm3'].map(accepted),
]
const good = [...sent, ...['laptop', 'phone', 'desk'].map((device) => view(device, 'm1', 'm3', 'm2'))]

const tables: ServerTables = {
  dedup: ['m1', 'm2', 'm3'],
  mailboxes: [
    { mailbox: 1, lastSeq: 2, counted: 1, entries: [{ seq: 2, text: 8 }] },
    {
      mailbox: 2,
      lastSeq: 5,
      counted: 2,
      entries: [
        { seq: 4, text: 7 },
        { seq: 5, text: 8 },
      ],
    },
  ],
  texts: [
    { text: 7, message: 'm1', holders: 1 },
    { text: 8, message: 'm2', holders: 2 },
  ],
}

describe('when all is well', () => {
  test('nothing is wrong', () => {
    expect(judge(good, tables)).toEqual([])
    expect(judge([])).toEqual([])
  })

  test('what ended, what came before a device, and what was for a device that left is nobody’s loss', () => {
    const more: readonly Observation[] = [
      { what: 'joined', device: 'tablet', account: 'bob' },
      { what: 'joined', device: 'old', account: 'bob' },
      composed('m4', 'desk'),
      { what: 'ended', message: 'm4', how: 'failed' },
      composed('m5', 'old'),
      composed('m6', 'phone'),
      accepted('m6'),
      { what: 'ended', message: 'm6', how: 'expired' },
      composed('m7', 'phone'),
      accepted('m7'),
      { what: 'rolled back', message: 'm7' },
      { what: 'left', device: 'old' },
    ]
    expect(judge([...good, ...more])).toEqual([])
  })

  test('a marked gap is one that was seen', () => {
    const places = [1, 2, 5].map((seq): Observation => ({ what: 'handed', device: 'desk', run: 0, seq }))
    expect(judge([...good, ...places, { what: 'marked', device: 'desk', missing: 2 }])).toEqual([])
  })
})

const withheld = (message: string, device: string): Observation => ({ what: 'withheld', message, device })
const noted: Observation = { what: 'noted', device: 'desk', conversation: 'alice and bob' }
const missing = (device: string, count: number, ...messages: readonly string[]): Observation => ({
  what: 'view',
  device,
  conversation: 'alice and bob',
  lines: messages.map(line),
  missing: count,
})

describe('what a lying server withholds', () => {
  const lied = [...good, composed('m4', 'laptop'), accepted('m4'), withheld('m4', 'desk'), noted]
  const others = ['laptop', 'phone'].map((device) => view(device, 'm1', 'm3', 'm2', 'm4'))

  test('may be noted, and be given again', () => {
    expect(judge([...lied, ...others, view('desk', 'm1', 'm3', 'm2', 'm4')])).toEqual([])
  })

  test('may be missing where the reader is told, or the writer sees one tick', () => {
    expect(judge([...lied, ...others, missing('desk', 1, 'm1', 'm3', 'm2')])).toEqual([])
    expect(judge([...lied, ...others, view('desk', 'm1', 'm3', 'm2')])).toEqual([])
  })

  test('may not be missing where the writer sees two ticks and the reader nothing, nor be counted when it is there', () => {
    const ticked: ViewLine = { kind: 'message', message: 'm4', isStored: true }
    expect(
      judge([...lied, ...others, view('laptop', 'm1', 'm3', 'm2', ticked), view('desk', 'm1', 'm3', 'm2')]),
    ).toEqual([{ kind: 'loss not told', message: 'm4', device: 'desk' }])
    expect(judge([...lied, ...others, missing('desk', 1, 'm1', 'm3', 'm2', 'm4')])).toEqual([
      { kind: 'false notice', device: 'desk', conversation: 'alice and bob' },
    ])
  })
})

describe('each violation is found', () => {
  const found = (observations: readonly Observation[], there: ServerTables | null = null) => judge(observations, there)
  const wrongs: readonly { name: string; saw: readonly Observation[]; expected: readonly Violation[] }[] = [
    {
      name: 'accepted and not shown on one of the devices',
      saw: [...sent, view('laptop', 'm1', 'm3', 'm2'), view('phone', 'm1', 'm2'), view('desk', 'm1', 'm3', 'm2')],
      expected: [{ kind: 'lost', message: 'm3', device: 'phone' }],
    },
    {
      name: 'acknowledged and not shown, even if the server was rolled back',
      saw: [
        ...good,
        composed('m4', 'desk'),
        accepted('m4'),
        { what: 'rolled back', message: 'm4' },
        { what: 'stored', message: 'm4', device: 'phone' },
      ],
      expected: [{ kind: 'lost', message: 'm4', device: 'phone' }],
    },
    {
      name: 'a notice where nothing was withheld',
      saw: [...good, noted],
      expected: [{ kind: 'false notice', device: 'desk', conversation: 'alice and bob' }],
    },
    {
      name: 'told before it was stored, or given to somebody else',
      saw: [
        ...good,
        { what: 'told too early', device: 'desk' },
        { what: 'given away', message: 'm1', device: 'laptop' },
      ],
      expected: [
        { kind: 'told too early', device: 'desk' },
        { kind: 'given away', message: 'm1', device: 'laptop' },
      ],
    },
    {
      name: 'shown twice in a conversation',
      saw: [...good, view('phone', 'm1', 'm3', 'm2', 'm3')],
      expected: [{ kind: 'shown twice', message: 'm3', device: 'phone' }],
    },
    {
      name: 'two devices that show something else of one message',
      saw: [
        ...good,
        view('phone', 'm1', 'm3', { ...line('m2'), content: 'old' }),
        view('desk', 'm1', 'm3', { ...line('m2'), content: 'new' }),
      ],
      expected: [{ kind: 'content differs', message: 'm2', devices: ['phone', 'desk'] }],
    },
    {
      name: 'announced twice',
      saw: [...good, ...[1, 2].map((): Observation => ({ what: 'announced', message: 'm3', device: 'phone' }))],
      expected: [{ kind: 'announced twice', message: 'm3', device: 'phone' }],
    },
    {
      name: 'another order on another device',
      saw: [...sent, view('laptop', 'm1', 'm3', 'm2'), view('phone', 'm1', 'm3', 'm2'), view('desk', 'm1', 'm2', 'm3')],
      expected: [
        { kind: 'order differs', first: 'm3', second: 'm2', devices: ['laptop', 'desk'] },
        { kind: 'order differs', first: 'm3', second: 'm2', devices: ['phone', 'desk'] },
      ],
    },
    {
      name: 'another order on the same device at another time',
      saw: [...sent, view('desk', 'm3', 'm1'), ...good.slice(sent.length)],
      expected: ['laptop', 'phone', 'desk'].map((device) => ({
        kind: 'order differs',
        first: 'm3',
        second: 'm1',
        devices: ['desk', device],
      })),
    },
    {
      name: 'a sender overtaken by itself',
      saw: [...sent, ...['laptop', 'phone', 'desk'].map((device) => view(device, 'm2', 'm1', 'm3'))],
      expected: ['laptop', 'phone', 'desk'].map((device) => ({
        kind: 'sender order',
        first: 'm1',
        second: 'm2',
        device,
      })),
    },
    {
      name: 'a gap that nobody marked',
      saw: [
        ...good,
        ...[1, 2, 5, 7].map((seq): Observation => ({ what: 'handed', device: 'desk', run: 0, seq })),
        { what: 'handed', device: 'desk', run: 1, seq: 1 },
        { what: 'marked', device: 'desk', missing: 2 },
      ],
      expected: [{ kind: 'gap not marked', device: 'desk', missing: 3, marked: 2 }],
    },
    {
      name: 'unreadable',
      saw: [...good, view('phone', 'm1', { kind: 'unreadable', message: 'm3' }, 'm2')],
      expected: [{ kind: 'unreadable', message: 'm3', device: 'phone' }],
    },
    {
      name: 'composed without an end',
      saw: [...good, composed('m4', 'phone')],
      expected: [{ kind: 'no end', message: 'm4' }],
    },
    {
      name: 'failed for its sender and there for somebody else',
      saw: [...good, { what: 'ended', message: 'm3', how: 'failed' }],
      expected: ['laptop', 'phone'].map((device) => ({ kind: 'failed but delivered', message: 'm3', device })),
    },
    {
      name: 'composed by nobody',
      saw: [...good, view('phone', 'm1', 'm3', 'm2', 'm9')],
      expected: [{ kind: 'not meant', message: 'm9', device: 'phone' }],
    },
    {
      name: 'shown in another conversation too',
      saw: [...good, { what: 'view', device: 'phone', conversation: 'alice and carol', lines: [line('m1')] }],
      expected: [
        { kind: 'shown twice', message: 'm1', device: 'phone' },
        { kind: 'not meant', message: 'm1', device: 'phone' },
      ],
    },
  ]
  test.each(wrongs)('$name', ({ saw, expected }) => {
    expect(found(saw)).toEqual(expected)
  })

  const [one, two] = tables.mailboxes
  const [seven, eight] = tables.texts
  if (one === undefined || two === undefined || seven === undefined || eight === undefined) throw new RangeError()
  const broken: readonly { name: string; there: ServerTables; expected: readonly Violation[] }[] = [
    {
      name: 'a forgotten id',
      there: { ...tables, dedup: ['m1', 'm3'] },
      expected: [{ kind: 'no dedup record', message: 'm2' }],
    },
    {
      name: 'an id kept twice',
      there: { ...tables, dedup: [...tables.dedup, 'm1'] },
      expected: [{ kind: 'dedup record twice', message: 'm1' }],
    },
    {
      name: 'a place that is nobody’s',
      there: { ...tables, mailboxes: [one, { ...two, lastSeq: 6 }] },
      expected: [{ kind: 'place gap', mailbox: 2, seq: 4 }],
    },
    {
      name: 'a wrong count',
      there: { ...tables, mailboxes: [one, { ...two, counted: 3 }] },
      expected: [{ kind: 'wrong count', mailbox: 2, counted: 3, entries: 2 }],
    },
    {
      name: 'a text left behind after everybody has acknowledged',
      there: { ...tables, mailboxes: [one, { ...two, counted: 1, entries: [{ seq: 5, text: 8 }] }] },
      expected: [{ kind: 'wrong holders', text: 7, holders: 1, entries: 0 }],
    },
    {
      name: 'a text gone too early',
      there: { ...tables, texts: [eight] },
      expected: [{ kind: 'text missing', mailbox: 2, seq: 4 }],
    },
    {
      name: 'a message twice in a mailbox',
      there: { ...tables, texts: [{ ...seven, message: 'm2' }, eight] },
      expected: [{ kind: 'stored twice', mailbox: 2, message: 'm2' }],
    },
    {
      name: 'two mailboxes that disagree',
      there: {
        ...tables,
        mailboxes: [
          {
            ...one,
            counted: 2,
            entries: [
              { seq: 1, text: 8 },
              { seq: 2, text: 7 },
            ],
          },
          two,
        ],
        texts: [{ ...seven, holders: 2 }, eight],
      },
      expected: [{ kind: 'mailboxes differ', first: 'm2', second: 'm1' }],
    },
  ]
  test.each(broken)('in the tables: $name', ({ there, expected }) => {
    expect(found(good, there)).toEqual(expected)
  })
})

test('a test that contradicts itself is told so', () => {
  expect(() => judge([...good, composed('m1', 'phone')])).toThrow(RangeError)
  expect(() => judge([view('nowhere', 'm1')])).toThrow(RangeError)
})
