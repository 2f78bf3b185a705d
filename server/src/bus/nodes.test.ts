import { expect, test } from 'vitest'
import type { Notice } from './bus.ts'
import { localBus } from './local.ts'
import { overStore } from './nodes.ts'

/** A store whose answers come when the test says so. */
function handCranked() {
  const asked: { readonly text: string; readonly answer: (number: number) => void; readonly fail: () => void }[] = []
  return {
    asked,
    announce: (text: string) =>
      new Promise<number>((resolve, reject) => {
        asked.push({ text, answer: resolve, fail: () => reject(new Error('away')) })
      }),
    onAnnounced: () => undefined,
  }
}

const connected = (connection: string): Notice => ({ kind: 'device connected', mailbox: 1, connection })

test('connections of a device are numbered one after the other, in the order in which they came', async () => {
  const store = handCranked()
  const bus = overStore(localBus(), store)
  const heard: Notice[] = []
  bus.onNotice((notice) => heard.push(notice))
  bus.tell(connected('first'))
  bus.tell(connected('second'))
  await expect.poll(() => store.asked.length).toBe(1)
  store.asked[0]?.answer(8)
  await expect.poll(() => store.asked.length).toBe(2)
  store.asked[1]?.answer(9)
  await expect
    .poll(() => heard)
    .toEqual([
      { ...connected('first'), order: 8 },
      { ...connected('second'), order: 9 },
    ])
  await bus.close()
})

test('while the store is away it is tried again, until the connection is gone', async () => {
  const store = handCranked()
  const bus = overStore(localBus(), store)
  let isThere = true
  bus.tell(connected('first'), () => isThere)
  await expect.poll(() => store.asked.length).toBe(1)
  store.asked[0]?.fail()
  await expect.poll(() => store.asked.length, { timeout: 5_000 }).toBe(2)
  isThere = false
  store.asked[1]?.fail()
  // The next one's turn comes when that one is given up.
  bus.tell(connected('second'))
  await expect.poll(() => store.asked.length, { timeout: 5_000 }).toBe(3)
  expect(store.asked[2]?.text).toContain('second')
  await bus.close()
})
