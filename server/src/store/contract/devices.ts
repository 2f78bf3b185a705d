import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Store } from '../store.ts'
import { addDevice, EVERYTHING, message, NOW, placesOf, plainMailbox, signUp, waiting } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function deviceContract(open: OpenStore): void {
  describe('devices and their mailboxes', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let bob: Account
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'bob')
    })
    afterEach(() => opened.close())

    test('the first device takes over the plain mailbox, with what waits in it and its numbers', async () => {
      const plain = await plainMailbox(store, bob)
      await store.append(message(alice, 'bob', { number: 1 }))
      const phone = await addDevice(store, bob, 'phone')
      expect(phone.mailbox).toBe(plain)
      expect(await store.plainMailbox(bob.account)).toBeNull()
      await store.append(message(alice, 'bob', { number: 2 }))
      expect(await waiting(store, phone.mailbox)).toEqual(['1 text 1', '2 text 2'])
    })

    test('a second device starts empty; from then on both get everything', async () => {
      const phone = await addDevice(store, bob, 'phone')
      await store.append(message(alice, 'bob', { number: 1 }))
      const laptop = await addDevice(store, bob, 'laptop')
      const places = placesOf(await store.append(message(alice, 'bob', { number: 2 })))
      expect(places).toEqual([
        { mailbox: phone.mailbox, seq: 2, index: 0 },
        { mailbox: laptop.mailbox, seq: 1, index: 0 },
      ])
      expect(await waiting(store, laptop.mailbox)).toEqual(['1 text 2'])
      expect(await store.listDevices(bob.account)).toEqual([
        {
          deviceId: 'phone',
          mailbox: phone.mailbox,
          name: 'bob phone',
          createdAt: NOW,
          lastSeen: '2027-01-15',
          waiting: 2,
        },
        {
          deviceId: 'laptop',
          mailbox: laptop.mailbox,
          name: 'bob laptop',
          createdAt: NOW,
          lastSeen: '2027-01-15',
          waiting: 1,
        },
      ])
    })

    test('a removed device takes its sessions and its mailbox along; the others keep theirs', async () => {
      const phone = await addDevice(store, bob, 'phone')
      const laptop = await addDevice(store, bob, 'laptop')
      await store.append(message(alice, 'bob', { number: 1 }))
      expect(await store.removeDevice(bob.account, 'phone')).toBe(true)
      expect(await store.removeDevice(bob.account, 'phone')).toBe(false)
      expect(await store.findSession(phone.hash, NOW)).toBeNull()
      expect(await store.read(phone.mailbox, 0, EVERYTHING)).toEqual([])
      expect(await waiting(store, laptop.mailbox)).toEqual(['1 text 1'])
      expect(await store.plainMailbox(bob.account)).toBeNull()
      await store.acknowledge(laptop.mailbox, 1)
      expect((await store.stats()).tables.find(({ table }) => table === 'messages')?.rows).toBe(0)
    })

    test("the last removed device's mailbox becomes the plain one again, with what waits in it", async () => {
      const phone = await addDevice(store, bob, 'phone')
      await store.append(message(alice, 'bob', { number: 1 }))
      expect(await store.removeDevice(bob.account, 'phone')).toBe(true)
      expect(await plainMailbox(store, bob)).toBe(phone.mailbox)
      expect(await store.listDevices(bob.account)).toEqual([])
      await store.append(message(alice, 'bob', { number: 2 }))
      store = await opened.reopen()
      expect(await waiting(store, phone.mailbox)).toEqual(['1 text 1', '2 text 2'])
      const next = await addDevice(store, bob, 'next')
      expect(next.mailbox).toBe(phone.mailbox)
    })

    test("nobody removes somebody else's device", async () => {
      await addDevice(store, bob, 'phone')
      expect(await store.removeDevice(alice.account, 'phone')).toBe(false)
      expect(await store.listDevices(bob.account)).toHaveLength(1)
    })

    test('a message to oneself goes to the other devices only', async () => {
      const phone = await addDevice(store, alice, 'phone')
      const laptop = await addDevice(store, alice, 'laptop')
      const own = message(alice, ['bob', 'ALICE'], { number: 1, fromMailbox: phone.mailbox })
      const places = placesOf(await store.append(own))
      expect(places).toEqual([
        { mailbox: await plainMailbox(store, bob), seq: 1, index: 0 },
        { mailbox: laptop.mailbox, seq: 1, index: 1 },
      ])
      expect(await waiting(store, phone.mailbox)).toEqual([])
    })

    test('with one device a message to oneself is accepted and lies nowhere; a retry is a duplicate', async () => {
      const phone = await addDevice(store, alice, 'phone')
      const own = message(alice, 'alice', { number: 1, fromMailbox: phone.mailbox })
      expect(await store.append(own)).toEqual({ result: 'accepted', after: 0, duplicate: false, entries: [] })
      expect(await store.append(own)).toMatchObject({ result: 'accepted', duplicate: true })
      expect((await store.stats()).tables.find(({ table }) => table === 'messages')?.rows).toBe(0)
    })

    test('without devices it is a note to self and comes back', async () => {
      await store.append(message(alice, 'alice', { number: 1 }))
      const notes = await store.take(await plainMailbox(store, alice), EVERYTHING)
      expect(notes).toMatchObject([{ seq: 1, kind: 'message', peer: 'alice', text: 'text 1' }])
    })

    test('from a plain session it goes to all devices', async () => {
      const phone = await addDevice(store, alice, 'phone')
      const laptop = await addDevice(store, alice, 'laptop')
      await store.append(message(alice, 'alice', { number: 1 }))
      expect(await waiting(store, phone.mailbox)).toEqual(['1 text 1'])
      expect(await waiting(store, laptop.mailbox)).toEqual(['1 text 1'])
    })
  })
}
