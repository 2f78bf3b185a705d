import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Device, Store } from '../store.ts'
import {
  addDevice,
  DAY,
  EVERYTHING,
  idOf,
  message,
  messageForAll,
  NOW,
  placesOf,
  plainMailbox,
  signUp,
  waiting,
} from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function sharedTextContract(open: OpenStore): void {
  describe('one text for all', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let phone: Device
    let laptop: Device
    let bob: Account
    let carol: Account
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'Bob')
      carol = await signUp(store, 'carol')
      phone = await addDevice(store, alice, 'phone')
      laptop = await addDevice(store, alice, 'laptop')
    })
    afterEach(() => opened.close())

    const boxes = async () => [laptop.mailbox, await plainMailbox(store, bob), await plainMailbox(store, carol)]
    const everybody = async () => Promise.all((await boxes()).map((box) => waiting(store, box)))
    /** How many rows there are in each table that holds something of messages. */
    const texts = async () =>
      (await store.stats()).tables.filter(({ table }) => /text|message|entr/.test(table)).map(({ rows }) => rows)
    const forAll = (number: number, text = 'to all') =>
      messageForAll(alice, ['alice', 'bob', 'carol'], { number, text, fromMailbox: phone.mailbox })

    test('reaches everybody alike, each at a place of their own, also after reopening', async () => {
      await store.append(message(carol, 'bob', { number: 9 }))
      const [mine, bobs, carols] = await boxes()
      expect(placesOf(await store.append(forAll(1)))).toEqual([
        { mailbox: mine, seq: 1, index: 0 },
        { mailbox: bobs, seq: 2, index: 1 },
        { mailbox: carols, seq: 1, index: 2 },
      ])
      store = await opened.reopen()
      expect(await everybody()).toEqual([['1 to all'], ['1 text 9', '2 to all'], ['1 to all']])
      expect(await store.read(carols ?? 0, 0, EVERYTHING)).toEqual([
        { seq: 1, kind: 'message', id: idOf(1), peer: 'alice', text: 'to all', timestamp: 1_800_000_000 },
      ])
    })

    test('who brings a text of their own gets that; all or none are stored', async () => {
      const to = [{ username: 'bob' }, { username: 'carol', message_text: 'welcome' }, { username: 'alice' }]
      await store.append({ ...forAll(1), to })
      expect(await everybody()).toEqual([['1 to all'], ['1 to all'], ['1 welcome']])
      const refused = await store.append({ ...forAll(2), to: [...to, { username: 'nobody' }] })
      expect(refused).toEqual({ result: 'no_such_user', username: 'nobody' })
      expect(await everybody()).toEqual([['1 to all'], ['1 to all'], ['1 welcome']])
    })

    test('goes when the last of them has acknowledged it, and not before', async () => {
      const before = await texts()
      await store.append(forAll(1, 'x'.repeat(5_000)))
      const [mine = 0, bobs = 0, carols = 0] = await boxes()
      for (const [box, rest] of [
        [mine, [bobs, carols]],
        [carols, [bobs]],
        [bobs, []],
      ] as const) {
        await store.acknowledge(box, 1)
        for (const other of rest) expect(await waiting(store, other)).toEqual([`1 ${'x'.repeat(5_000)}`])
      }
      expect(await texts()).toEqual(before)
    })

    test('leaves no row behind either when accounts and devices go, or time passes', async () => {
      const nothing = (await texts()).map(() => 0)
      await store.append(forAll(1))
      await store.removeDevice(alice.account, 'laptop')
      await store.deleteAccount(bob.account)
      expect(await waiting(store, await plainMailbox(store, carol))).toEqual(['1 to all'])
      await store.deleteAccount(carol.account)
      expect(await texts()).toEqual(nothing)
      await signUp(store, 'bob')
      await signUp(store, 'carol')
      await store.append(messageForAll(alice, ['bob', 'carol'], { number: 2, text: 'late', now: NOW - 1 }))
      await store.expire(NOW, NOW + 31 * DAY, 100)
      // The two notices for alice's one device.
      expect(await waiting(store, phone.mailbox)).toEqual([`1 expired ${idOf(2)} bob`, `2 expired ${idOf(2)} carol`])
      await store.acknowledge(phone.mailbox, 2)
      expect(await texts()).toEqual(nothing)
      await store.append(messageForAll(alice, ['bob', 'carol'], { number: 3, text: 'gone' }))
      await store.deleteAccount(alice.account)
      expect(await texts()).toEqual(nothing)
    })

    test('counts in every mailbox with all its bytes', async () => {
      await store.append(forAll(1, '12345'))
      const figures = ['alice', 'Bob', 'carol'].map((username) => ({ username, messages: 1, bytes: 5 }))
      expect((await store.stats()).waiting).toEqual(expect.arrayContaining(figures))
    })

    test('sent again is a duplicate; another text for all, or for one, is another message', async () => {
      const sent = forAll(1)
      await store.append(sent)
      const [first, ...rest] = sent.to
      const shuffled = first === undefined ? [] : [...rest, { username: first.username.toUpperCase() }]
      expect(await store.append({ ...sent, to: shuffled })).toMatchObject({ duplicate: true })
      const others = [
        forAll(1, 'to al'),
        { ...sent, to: [...rest, { username: 'alice', message_text: 'to all' }] },
        { ...sent, to: [...rest, { username: 'alice', message_text: '-' }] },
        { ...sent, to: rest },
      ]
      for (const other of others) expect(await store.append(other)).toEqual({ result: 'id_reused' })
      expect(await everybody()).toEqual([['1 to all'], ['1 to all'], ['1 to all']])
    })

    test('somebody without any text is a bad request and stops nobody else', async () => {
      const without = store.append({ ...message(alice, 'bob', { number: 1 }), to: [{ username: 'bob' }] })
      const right = store.append(message(alice, 'bob', { number: 2 }))
      await expect(without).rejects.toMatchObject({ code: 'bad_request' })
      expect(await right).toMatchObject({ entries: [{ seq: 1 }] })
    })

    test('for one alone, for nobody, and of a megabyte, is a text like others', async () => {
      const [bobs, large] = [await plainMailbox(store, bob), 'w'.repeat(1024 * 1024)]
      await store.append(messageForAll(alice, ['bob'], { number: 1, text: 'alone' }))
      await store.append({ ...message(alice, 'bob', { number: 2, text: 'own' }), text: 'for nobody' })
      await store.append(messageForAll(alice, ['bob', 'carol'], { number: 3, text: large }))
      expect(await waiting(store, bobs)).toEqual(['1 alone', '2 own', `3 ${large}`])
      const page = await store.read(bobs, 0, { count: 100, bytes: 1024 * 1024 })
      expect(page.map(({ seq }) => seq)).toEqual([1, 2])
      expect(await store.take(await plainMailbox(store, carol), EVERYTHING)).toMatchObject([{ text: large }])
      expect(await waiting(store, bobs)).toHaveLength(3)
    })
  })
}
