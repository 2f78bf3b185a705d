import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Device, Store } from '../store.ts'
import { addDevice, DAY, idOf, message, messageForAll, NOW, placesOf, plainMailbox, signUp, waiting } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const MINUTE = 60_000

export function endingContract(open: OpenStore): void {
  describe('messages that are to end early', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let phone: Device
    let bob: Account
    let bobs: number
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'bob')
      phone = await addDevice(store, alice, 'phone')
      bobs = await plainMailbox(store, bob)
    })
    afterEach(() => opened.close())

    const send = (number: number, expiresIn?: number) =>
      store.append(
        message(alice, 'bob', {
          number,
          fromMailbox: phone.mailbox,
          ...(expiresIn === undefined ? {} : { expiresIn }),
        }),
      )
    const drop = async (now: number, batch = 100) => {
      while (await store.dropEnded(now, batch)) {
        // Until there is no more.
      }
    }

    test('go at their time and not before, and nobody is told', async () => {
      await send(1, 60)
      await send(2)
      await send(3, 120)
      await drop(NOW + MINUTE - 1)
      expect(await waiting(store, bobs)).toEqual(['1 text 1', '2 text 2', '3 text 3'])
      await drop(NOW + MINUTE)
      expect(await waiting(store, bobs)).toEqual(['2 text 2', '3 text 3'])
      store = await opened.reopen()
      await drop(NOW + 2 * MINUTE)
      expect(await waiting(store, bobs)).toEqual(['2 text 2'])
      expect(await waiting(store, phone.mailbox)).toEqual([])
    })

    test('leave the places of the others as they are, in the middle and at the end', async () => {
      for (const number of [1, 2, 3, 4]) await send(number, number % 2 === 0 ? 60 : undefined)
      await drop(NOW + MINUTE)
      expect(await waiting(store, bobs)).toEqual(['1 text 1', '3 text 3'])
      expect(placesOf(await send(5))).toEqual([{ mailbox: bobs, seq: 5, index: 0 }])
      await store.acknowledge(bobs, 4)
      expect(await waiting(store, bobs)).toEqual(['5 text 5'])
      expect((await store.stats()).waiting).toEqual([{ username: 'bob', messages: 1, bytes: 6 }])
    })

    test('are gone from every device that has not fetched them, and stay acknowledged on those that have', async () => {
      const [one, two] = [await addDevice(store, bob, 'one'), await addDevice(store, bob, 'two')]
      await store.append(
        messageForAll(alice, ['bob', 'alice'], { number: 1, text: 'all', expiresIn: 60, fromMailbox: phone.mailbox }),
      )
      await store.append(message(alice, 'bob', { number: 2, expiresIn: 60 }))
      await store.acknowledge(one.mailbox, 1)
      await drop(NOW + MINUTE)
      for (const { mailbox } of [one, two]) expect(await waiting(store, mailbox)).toEqual([])
      const kept = (await store.stats()).tables.filter(({ table }) => /^(messages|entries|shared)/.test(table))
      expect(kept.length).toBeGreaterThan(0)
      expect(kept.filter(({ rows }) => rows > 0)).toEqual([])
    })

    test('are found wherever they lie among many, in bounded steps', async () => {
      const many = Array.from({ length: 300 }, (_, number) => number)
      for (const number of many) await send(number, number % 7 === 3 ? 60 : undefined)
      await store.acknowledge(bobs, 10)
      let rounds = 1
      while (await store.dropEnded(NOW + MINUTE, 10)) rounds += 1
      expect(rounds).toBeGreaterThan(4)
      const left = many.filter((number) => number >= 10 && number % 7 !== 3)
      expect(await waiting(store, bobs)).toEqual(left.map((number) => `${number + 1} text ${number}`))
    })

    test('do not keep others from being told that they expired, and are not told of themselves when both are due', async () => {
      await send(1, 30 * 86_400)
      await send(2)
      await send(3, 60)
      const wakes = await store.expire(NOW + 1, NOW + 31 * DAY, 100)
      expect(wakes).toEqual([{ mailbox: phone.mailbox, seq: 1 }])
      expect(await waiting(store, phone.mailbox)).toEqual([`1 expired ${idOf(2)} bob`])
      expect(await waiting(store, bobs)).toEqual([])
      await drop(NOW + 31 * DAY)
    })

    test('under the same id, another end is another message; a duplicate after the end is one', async () => {
      await send(1, 60)
      for (const expiresIn of [undefined, 61]) expect(await send(1, expiresIn)).toEqual({ result: 'id_reused' })
      await drop(NOW + MINUTE)
      expect(await send(1, 60)).toMatchObject({ result: 'accepted', duplicate: true })
      expect(await waiting(store, bobs)).toEqual([])
    })

    test('can be dropped when their addressee or sender has gone', async () => {
      const carol = await signUp(store, 'carol')
      await store.append(message(alice, 'carol', { number: 1, expiresIn: 60 }))
      await store.append(message(carol, 'bob', { number: 2, expiresIn: 60 }))
      await store.deleteAccount(carol.account)
      await drop(NOW + MINUTE)
      expect(await waiting(store, bobs)).toEqual([])
    })
  })
}
