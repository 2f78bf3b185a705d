import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Store } from '../store.ts'
import { addDevice, EVERYTHING, message, plainMailbox, signUp, waiting } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function mailboxContract(open: OpenStore): void {
  describe('reading and acknowledging', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let bob: Account
    let mailbox: number
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'bob')
      mailbox = await plainMailbox(store, bob)
      for (const number of [1, 2, 3, 4, 5]) {
        await store.append(message(alice, 'bob', { number, text: `${number}`.repeat(10) }))
      }
    })
    afterEach(() => opened.close())

    const seqs = async (after: number, count: number, bytes = 1_000): Promise<number[]> =>
      (await store.read(mailbox, after, { count, bytes })).map(({ seq }) => seq)

    const texts = async (): Promise<number | undefined> =>
      (await store.stats()).tables.find(({ table }) => table === 'messages')?.rows

    test('a page has so many entries and no more', async () => {
      expect(await seqs(0, 4)).toEqual([1, 2, 3, 4])
      expect(await seqs(0, 5)).toEqual([1, 2, 3, 4, 5])
      expect(await seqs(2, 2)).toEqual([3, 4])
      expect(await seqs(5, 2)).toEqual([])
      expect(await seqs(Number.MAX_SAFE_INTEGER, 2)).toEqual([])
    })

    test('a page has so many bytes and no more, but at least one entry', async () => {
      expect(await seqs(0, 9, 29)).toEqual([1, 2])
      expect(await seqs(0, 9, 30)).toEqual([1, 2, 3])
      expect(await seqs(3, 9, 1)).toEqual([4])
    })

    test('arrivals are the mailboxes of whatever came since and is still there', async () => {
      const carol = await signUp(store, 'carol')
      const other = await plainMailbox(store, carol)
      const { upto, mailboxes } = await store.arrivals(null)
      expect(mailboxes).toEqual([])
      expect(await store.arrivals(upto)).toEqual({ upto, mailboxes: [] })
      await store.append(message(alice, ['bob', 'carol'], { number: 6 }))
      const later = await store.arrivals(upto)
      expect(later.mailboxes).toHaveLength(2)
      expect(later.mailboxes).toEqual(
        expect.arrayContaining([
          { mailbox, seq: 6 },
          { mailbox: other, seq: 1 },
        ]),
      )
      expect(await store.arrivals(later.upto)).toEqual({ upto: later.upto, mailboxes: [] })
      await store.acknowledge(mailbox, 6)
      expect((await store.arrivals(upto)).mailboxes).toEqual([{ mailbox: other, seq: 1 }])
    })

    test('reading changes nothing', async () => {
      await seqs(0, 5)
      expect(await seqs(0, 5)).toEqual([1, 2, 3, 4, 5])
    })

    test('acknowledging forgets up to and with; again it does nothing; other mailboxes do not notice', async () => {
      const alices = await plainMailbox(store, alice)
      await store.append(message(bob, 'alice', { number: 1 }))
      await store.acknowledge(mailbox, 3)
      expect(await seqs(0, 9)).toEqual([4, 5])
      await store.acknowledge(mailbox, 3)
      await store.acknowledge(mailbox, 0)
      await store.acknowledge(4711, 3)
      expect(await seqs(0, 9)).toEqual([4, 5])
      expect(await waiting(store, alices)).toEqual(['1 text 1'])
    })

    test('what is not there yet cannot be acknowledged in advance', async () => {
      await store.acknowledge(mailbox, Number.MAX_SAFE_INTEGER)
      expect(await seqs(0, 9)).toEqual([])
      await store.append(message(alice, 'bob', { number: 6 }))
      expect(await seqs(0, 9)).toEqual([6])
    })

    test('numbers go on after everything was forgotten and the store was reopened', async () => {
      await store.acknowledge(mailbox, 5)
      store = await opened.reopen()
      await store.append(message(alice, 'bob', { number: 6 }))
      expect(await waiting(store, mailbox)).toEqual(['6 text 6'])
    })

    test('a text is kept until the last mailbox has acknowledged it, then it is gone', async () => {
      const carol = await signUp(store, 'carol')
      const [phone, laptop] = [await addDevice(store, carol, 'phone'), await addDevice(store, carol, 'laptop')]
      await store.acknowledge(mailbox, 5)
      await store.append(message(alice, ['carol', 'bob'], { number: 7, text: 'x' }))
      expect(await texts()).toBe(2)
      await store.acknowledge(mailbox, 6)
      expect(await texts()).toBe(1)
      await store.acknowledge(phone.mailbox, 1)
      expect(await waiting(store, laptop.mailbox)).toEqual(['1 x'])
      await store.acknowledge(laptop.mailbox, 1)
      expect(await texts()).toBe(0)
    })

    test('take gives and deletes exactly what it gave', async () => {
      const first = await store.take(mailbox, { count: 2, bytes: 1_000 })
      expect(first.map(({ seq }) => seq)).toEqual([1, 2])
      expect(await seqs(0, 9)).toEqual([3, 4, 5])
      expect(await store.take(mailbox, { count: 9, bytes: 1 })).toHaveLength(1)
      expect(await store.take(mailbox, EVERYTHING)).toHaveLength(2)
      expect(await store.take(mailbox, EVERYTHING)).toEqual([])
      expect(await store.take(4711, EVERYTHING)).toEqual([])
      expect(await texts()).toBe(0)
    })

    test('takes and appends at the same moment: each message comes out exactly once, in order', async () => {
      const taken: Promise<readonly { seq: number }[]>[] = []
      const sent: Promise<unknown>[] = []
      for (let number = 6; number <= 40; number += 1) {
        sent.push(store.append(message(alice, 'bob', { number })))
        if (number % 3 === 0) taken.push(store.take(mailbox, { count: 4, bytes: 1_000 }))
      }
      await Promise.all(sent)
      const lists = await Promise.all([...taken, store.take(mailbox, EVERYTHING)])
      const all = lists.flat().map(({ seq }) => seq)
      expect(all).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    })
  })
}
