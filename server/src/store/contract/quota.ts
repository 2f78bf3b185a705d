import { afterEach, describe, expect, test } from 'vitest'
import { addDevice, EVERYTHING, message, NOW, plainMailbox, signUp, waiting } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const full = (username: string): object => ({ result: 'mailbox_full', username })

export function quotaContract(open: OpenStore): void {
  describe('limits of a mailbox', () => {
    let opened: OpenedStore
    afterEach(() => opened.close())

    test('so many messages and not one more; acknowledging makes room; none that waits is dropped', async () => {
      opened = await open({ mailboxMessages: 5, senderShare: 1 })
      const { store } = opened
      const alice = await signUp(store, 'alice')
      const bob = await signUp(store, 'bob')
      for (const number of [1, 2, 3, 4, 5]) {
        expect(await store.append(message(alice, 'bob', { number }))).toMatchObject({ result: 'accepted' })
      }
      expect(await store.append(message(alice, 'Bob', { number: 6 }))).toEqual(full('Bob'))
      // What was accepted when there was room is still answered so.
      expect(await store.append(message(alice, 'bob', { number: 5 }))).toMatchObject({ duplicate: true })
      const mailbox = await plainMailbox(store, bob)
      expect(await waiting(store, mailbox)).toHaveLength(5)
      await store.acknowledge(mailbox, 1)
      expect(await store.append(message(alice, 'bob', { number: 6 }))).toMatchObject({ entries: [{ seq: 6 }] })
      expect(await store.append(message(alice, 'bob', { number: 7 }))).toEqual(full('bob'))
    })

    test('so many bytes of UTF-8 and not one more', async () => {
      opened = await open({ mailboxBytes: 10, senderShare: 1 })
      const { store } = opened
      const alice = await signUp(store, 'alice')
      await signUp(store, 'bob')
      await signUp(store, 'carol')
      await store.append(message(alice, 'bob', { number: 1, text: '€€€' }))
      expect(await store.append(message(alice, 'bob', { number: 2, text: 'ab' }))).toEqual(full('bob'))
      expect(await store.append(message(alice, 'bob', { number: 3, text: 'a' }))).toMatchObject({ result: 'accepted' })
      expect(await store.append(message(alice, 'carol', { number: 4, text: 'x'.repeat(11) }))).toEqual(full('carol'))
    })

    test('the counts survive reopening', async () => {
      opened = await open({ mailboxMessages: 3, senderShare: 1 })
      const alice = await signUp(opened.store, 'alice')
      await signUp(opened.store, 'bob')
      for (const number of [1, 2]) await opened.store.append(message(alice, 'bob', { number }))
      const store = await opened.reopen()
      expect(await store.append(message(alice, 'bob', { number: 3 }))).toMatchObject({ entries: [{ seq: 3 }] })
      expect(await store.append(message(alice, 'bob', { number: 4 }))).toEqual(full('bob'))
    })

    test('one full mailbox among several refuses the whole message', async () => {
      opened = await open({ mailboxMessages: 1, senderShare: 1 })
      const { store } = opened
      const alice = await signUp(store, 'alice')
      await signUp(store, 'bob')
      const carol = await signUp(store, 'carol')
      await store.append(message(alice, 'bob', { number: 1 }))
      expect(await store.append(message(alice, ['carol', 'bob'], { number: 2 }))).toEqual(full('bob'))
      expect(await waiting(store, await plainMailbox(store, carol))).toEqual([])
    })

    test('one sender fills its share; everybody else still gets in, and room comes back with delivery', async () => {
      opened = await open({ mailboxMessages: 10, senderShare: 0.2 })
      const { store } = opened
      const [alice, carol, bob] = [
        await signUp(store, 'alice'),
        await signUp(store, 'carol'),
        await signUp(store, 'bob'),
      ]
      for (const number of [1, 2]) await store.append(message(alice, 'bob', { number }))
      expect(await store.append(message(alice, 'bob', { number: 3 }))).toEqual(full('bob'))
      for (const number of [1, 2]) {
        expect(await store.append(message(carol, 'bob', { number }))).toMatchObject({ result: 'accepted' })
      }
      expect(await store.append(message(carol, 'bob', { number: 3 }))).toEqual(full('bob'))
      const mailbox = await plainMailbox(store, bob)
      await store.acknowledge(mailbox, 1)
      expect(await store.append(message(alice, 'bob', { number: 3 }))).toMatchObject({ result: 'accepted' })
      expect(await store.append(message(alice, 'bob', { number: 4 }))).toEqual(full('bob'))
      expect(await store.take(mailbox, EVERYTHING)).toHaveLength(4)
      for (const number of [5, 6]) {
        expect(await store.append(message(alice, 'bob', { number }))).toMatchObject({ result: 'accepted' })
      }
      expect(await store.append(message(alice, 'bob', { number: 7 }))).toEqual(full('bob'))
    })

    test('room in a share comes back by an early end, by expiry, and by another device’s going', async () => {
      opened = await open({ mailboxMessages: 10, senderShare: 0.2 })
      const { store } = opened
      const [alice, carol, bob] = [
        await signUp(store, 'alice'),
        await signUp(store, 'carol'),
        await signUp(store, 'bob'),
      ]
      const send = async (number: number, more: { expiresIn?: number; now?: number } = {}) =>
        (await store.append(message(alice, 'bob', { number, ...more }))).result
      await store.append(message(carol, 'bob', { number: 1, now: NOW - 2 }))
      expect([await send(1, { expiresIn: 1 }), await send(2, { now: NOW - 1 }), await send(3)]).toEqual([
        'accepted',
        'accepted',
        'mailbox_full',
      ])
      await store.dropEnded(NOW + 1_000, 10)
      expect([await send(4), await send(5)]).toEqual(['accepted', 'mailbox_full'])
      await store.expire(NOW, NOW + 1_000, 10)
      expect([await send(6), await send(7)]).toEqual(['accepted', 'mailbox_full'])
      expect(await waiting(store, await plainMailbox(store, bob))).toHaveLength(2)
      await store.deleteAccount(alice.account)
      const anew = await signUp(store, 'alice')
      for (const number of [1, 2])
        expect(await store.append(message(anew, 'bob', { number }))).toMatchObject({ result: 'accepted' })
      expect(await store.append(message(anew, 'bob', { number: 3 }))).toEqual(full('bob'))
    })

    test('the share holds for bytes as well', async () => {
      opened = await open({ mailboxBytes: 100, senderShare: 0.2 })
      const { store } = opened
      const alice = await signUp(store, 'alice')
      await signUp(store, 'bob')
      await store.append(message(alice, 'bob', { number: 1, text: 'x'.repeat(20) }))
      expect(await store.append(message(alice, 'bob', { number: 2, text: 'x' }))).toEqual(full('bob'))
      expect(await store.append(message(alice, 'bob', { number: 3, text: '' }))).toMatchObject({ result: 'accepted' })
    })

    test("one's own other device is not a stranger: the share does not bind, the limit does", async () => {
      opened = await open({ mailboxMessages: 10, senderShare: 0.2 })
      const { store } = opened
      const alice = await signUp(store, 'alice')
      const phone = await addDevice(store, alice, 'phone')
      const laptop = await addDevice(store, alice, 'laptop')
      const results = []
      for (let number = 0; number < 11; number += 1) {
        results.push(await store.append(message(alice, 'alice', { number, fromMailbox: phone.mailbox })))
      }
      expect(results.filter(({ result }) => result === 'accepted')).toHaveLength(10)
      expect(results.at(-1)).toEqual(full('alice'))
      expect(await waiting(store, laptop.mailbox)).toHaveLength(10)
    })
  })
}
