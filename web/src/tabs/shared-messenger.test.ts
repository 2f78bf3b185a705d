import { describe, expect, test } from 'vitest'
import { ChatnipError } from '@chatnip/protocol'
import type { Change, Messenger } from '@chatnip/sdk'
import type { TabFrame } from './frames.ts'
import { snapshotOf } from './perform.ts'
import { SharedMessenger } from './shared-messenger.ts'

/** An engine whose `send` is answered when the test says so. */
const makeEngine = () => {
  const sent: string[] = []
  const held: (() => void)[] = []
  const listeners = new Set<(change: Change) => void>()
  const no = () => Promise.reject(new ChatnipError('no_such_user'))
  const engine: Messenger = {
    profile: { username: 'alice', deviceId: 'd', fingerprint: 'f' },
    connection: () => 'online',
    waiting: () => sent.length,
    conversations: () => [],
    messages: () => Promise.resolve([]),
    contact: () => null,
    open: no,
    send: (_to, _text, { id = 'none' } = {}) =>
      new Promise((resolve) => {
        sent.push(id)
        held.push(() => {
          resolve(id)
        })
      }),
    edit: no,
    remove: no,
    react: no,
    retry: no,
    discard: no,
    markRead: () => Promise.resolve(),
    saveDraft: () => Promise.resolve(),
    draft: () => Promise.resolve('draft'),
    confirmKey: no,
    setCompared: no,
    safetyNumber: no,
    checkScan: no,
    receipts: () => true,
    setReceipts: no,
    readReceipts: () => true,
    blocked: () => [],
    setReadReceipts: no,
    exportHistory: () => Promise.resolve([]),
    deleteHistory: () => Promise.resolve(),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    nudge: () => undefined,
    stop: () => Promise.resolve(),
  }
  return {
    engine,
    sent,
    held,
    tell: (change: Change) =>
      listeners.forEach((listener) => {
        listener(change)
      }),
  }
}

/** Tabs on one channel: each frame reaches all the others, cloned as the browser does it. */
const makeTabs = (engine: Messenger, count: number): readonly SharedMessenger[] => {
  const tabs: SharedMessenger[] = []
  for (let tab = 0; tab < count; tab += 1) {
    let made = 0
    tabs.push(
      new SharedMessenger(
        {
          tab: `tab ${tab}`,
          uuid: () => `id ${tab}.${(made += 1)}`,
          post: (frame: TabFrame) => {
            const clone = structuredClone(frame)
            queueMicrotask(() =>
              tabs
                .filter((_, other) => other !== tab)
                .forEach((other) => {
                  other.hear(clone)
                }),
            )
          },
        },
        snapshotOf(engine),
      ),
    )
  }
  return tabs
}

const pair = (engine: Messenger): readonly [SharedMessenger, SharedMessenger] => {
  const [leader, follower] = makeTabs(engine, 2)
  if (leader === undefined || follower === undefined) throw new Error('two tabs')
  return [leader, follower]
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('two tabs', () => {
  test('a send from the second is done when the first has it on disk, and not before', async () => {
    const { engine, sent, held } = makeEngine()
    const [leader, follower] = pair(engine)
    leader.takeOver(engine)
    let done = false
    const sending = follower.send('bob', 'hi').then(() => (done = true))
    await settled()
    expect(sent).toEqual(['id 1.1'])
    expect(done).toBe(false)
    held[0]?.()
    await sending
  })

  test('when the leader goes over a send, it is asked again with the same id', async () => {
    const first = makeEngine()
    const second = makeEngine()
    const [leader, follower] = pair(first.engine)
    leader.takeOver(first.engine)
    const sending = follower.send('bob', 'hi')
    await settled()
    follower.takeOver(second.engine)
    expect(second.sent).toEqual(first.sent)
    second.held[0]?.()
    await expect(sending).resolves.toBe('id 1.1')
  })

  test('refusals keep their code on the way', async () => {
    const { engine } = makeEngine()
    const [leader, follower] = pair(engine)
    leader.takeOver(engine)
    await expect(follower.open('nobody')).rejects.toMatchObject({ code: 'no_such_user' })
  })

  test('changes reach both, with what has changed', async () => {
    const { engine, tell } = makeEngine()
    const [leader, follower] = pair(engine)
    leader.takeOver(engine)
    await settled()
    const heard: string[] = []
    leader.onChange(({ kind }) => heard.push(`leader ${kind}`))
    follower.onChange(({ kind }) => heard.push(`follower ${kind}`))
    tell({ kind: 'contact', name: 'bob' })
    await settled()
    expect(heard).toEqual(['leader contact', 'follower contact'])
  })
})
