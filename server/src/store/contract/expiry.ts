import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Device, Store } from '../store.ts'
import { addDevice, DAY, EVERYTHING, idOf, message, NOW, plainMailbox, signUp, waiting } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const LATER = NOW + 31 * DAY

export function expiryContract(open: OpenStore): void {
  describe('expiry', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let bob: Account
    let phone: Device
    let laptop: Device
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'Bob')
      phone = await addDevice(store, alice, 'phone')
      laptop = await addDevice(store, alice, 'laptop')
    })
    afterEach(() => opened.close())

    test("what nobody fetched in time goes, and all of the sender's devices are told", async () => {
      await store.append(message(alice, 'bob', { number: 1, now: NOW - 1, fromMailbox: phone.mailbox, timestamp: 17 }))
      await store.append(message(alice, 'bob', { number: 2, now: NOW, fromMailbox: phone.mailbox }))
      const wakes = await store.expire(NOW, LATER, 100)
      expect(wakes).toEqual([
        { mailbox: phone.mailbox, seq: 1 },
        { mailbox: laptop.mailbox, seq: 1 },
      ])
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual(['2 text 2'])
      const notice = { seq: 1, kind: 'expired', id: idOf(1), peer: 'Bob', text: '', timestamp: 17 }
      expect(await store.read(phone.mailbox, 0, EVERYTHING)).toEqual([notice])
      expect(await store.read(laptop.mailbox, 0, EVERYTHING)).toEqual([notice])
      expect(await store.expire(NOW, LATER, 100)).toEqual([])
    })

    test('a plain sender is told in its plain mailbox; what is acknowledged is nobody’s loss', async () => {
      await store.append(message(bob, 'alice', { number: 1, now: NOW - 2 }))
      await store.append(message(bob, 'alice', { number: 2, now: NOW - 1 }))
      await store.acknowledge(phone.mailbox, 1)
      await store.acknowledge(laptop.mailbox, 1)
      await store.expire(NOW, LATER, 100)
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual([`1 expired ${idOf(2)} alice`])
      expect(await waiting(store, phone.mailbox)).toEqual([])
    })

    test('the sender is not told when one of the devices had fetched it', async () => {
      await store.append(message(bob, 'alice', { number: 1, now: NOW - 1 }))
      await store.acknowledge(phone.mailbox, 1)
      expect(await store.expire(NOW, LATER, 100)).toEqual([])
      expect(await waiting(store, laptop.mailbox)).toEqual([])
      expect((await store.stats()).tables.find(({ table }) => table === 'messages')?.rows).toBe(0)
    })

    test('copies for own devices go silently', async () => {
      await store.append(message(alice, 'alice', { number: 1, now: NOW - 1, fromMailbox: phone.mailbox }))
      expect(await store.expire(NOW, LATER, 100)).toEqual([])
      expect(await waiting(store, laptop.mailbox)).toEqual([])
    })

    test('of several addressees each one that did not fetch is named', async () => {
      await signUp(store, 'carol')
      await store.append(message(alice, ['bob', 'carol'], { number: 1, now: NOW - 1, fromMailbox: phone.mailbox }))
      await store.expire(NOW, LATER, 100)
      expect(await waiting(store, laptop.mailbox)).toEqual([`1 expired ${idOf(1)} Bob`, `2 expired ${idOf(1)} carol`])
    })

    test('notices grow old too, and go without telling anybody', async () => {
      await store.append(message(alice, 'bob', { number: 1, now: NOW - 1 }))
      await store.expire(NOW, LATER, 100)
      expect(await store.expire(LATER, LATER + DAY, 100)).toEqual([])
      expect(await store.expire(LATER + 1, LATER + DAY, 100)).toEqual([])
      expect(await waiting(store, phone.mailbox)).toEqual([])
      expect(await waiting(store, laptop.mailbox)).toEqual([])
    })

    test('a notice still names who is gone, and one for a sender who is gone is not made', async () => {
      await store.append(message(alice, 'bob', { number: 1, now: NOW - 1 }))
      await store.expire(NOW, LATER, 100)
      await store.append(message(bob, 'alice', { number: 1, now: NOW - 1 }))
      await store.deleteAccount(bob.account)
      expect(await waiting(store, phone.mailbox)).toEqual([`1 expired ${idOf(1)} Bob`])
      expect(await store.expire(NOW, LATER, 100)).toEqual([])
    })

    test('a batch is bounded, and calling again goes on', async () => {
      for (const number of [1, 2, 3, 4, 5]) await store.append(message(alice, 'bob', { number, now: NOW - 1 }))
      expect(await store.expire(NOW, LATER, 2)).toHaveLength(4)
      const bobs = await plainMailbox(store, bob)
      expect(await waiting(store, bobs)).toEqual(['3 text 3', '4 text 4', '5 text 5'])
      await store.expire(NOW, LATER, 2)
      await store.expire(NOW, LATER, 2)
      expect(await waiting(store, bobs)).toEqual([])
      expect(await waiting(store, laptop.mailbox)).toHaveLength(5)
    })

    test('messages accepted while the clock was far ahead do not keep others from expiring, and wait for their time', async () => {
      for (const number of [1, 2, 3]) await store.append(message(alice, 'bob', { number, now: NOW + 900 * DAY }))
      await store.append(message(alice, 'bob', { number: 4, now: NOW - 1 }))
      for (const _ of [1, 2, 3]) await store.expire(NOW, LATER, 2)
      const bobs = await plainMailbox(store, bob)
      expect(await waiting(store, bobs)).toEqual(['1 text 1', '2 text 2', '3 text 3'])
    })

    test('nothing is refused for a mailbox full of notices, and they count as waiting', async () => {
      await store.append(message(alice, 'bob', { number: 1, now: NOW - 1 }))
      await store.expire(NOW, LATER, 100)
      expect((await store.stats()).waiting).toEqual([{ username: 'alice', messages: 2, bytes: 0 }])
    })
  })
}
