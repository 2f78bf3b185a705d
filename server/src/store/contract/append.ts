import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Store } from '../store.ts'
import { addDevice, EVERYTHING, idOf, message, placesOf, plainMailbox, signUp, waiting } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function appendContract(open: OpenStore): void {
  describe('accepting messages', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let bob: Account
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'Alice')
      bob = await signUp(store, 'Bob')
    })
    afterEach(() => opened.close())

    test('what was accepted is there after reopening, to the last character', async () => {
      const text = 'NUL \0, quote \' " `, emoji 🐈, bidi \u202e, line\r\nends, \uffff'
      const sent = message(alice, 'bOB', { number: 10, text, timestamp: 1_799_999_999.25 })
      const bobs = await plainMailbox(store, bob)
      const answer = { result: 'accepted', after: 0, duplicate: false, entries: [{ mailbox: bobs, seq: 1, index: 0 }] }
      expect(await store.append(sent)).toEqual(answer)
      store = await opened.reopen()
      expect(await store.read(bobs, 0, EVERYTHING)).toEqual([
        { seq: 1, kind: 'message', id: idOf(10), peer: 'Alice', text, timestamp: 1_799_999_999.25 },
      ])
    })

    test('the empty text and one of 64 KiB are texts like others', async () => {
      const long = '€'.repeat(21_845) + 'x'
      await store.append(message(alice, 'bob', { number: 1, text: '' }))
      await store.append(message(alice, 'bob', { number: 2, text: long }))
      const entries = await store.read(await plainMailbox(store, bob), 0, EVERYTHING)
      expect(entries.map(({ text }) => text)).toEqual(['', long])
    })

    test('the same message again gets the same answer and is stored once', async () => {
      const phone = await addDevice(store, alice, 'phone')
      await store.append(message(bob, 'alice', { number: 1 }))
      const sent = message(alice, 'bob', { number: 1, fromMailbox: phone.mailbox })
      expect(await store.append(sent)).toMatchObject({ result: 'accepted', after: 1, duplicate: false })
      await store.append(message(bob, 'alice', { number: 2 }))
      const again = { result: 'accepted', after: 1, duplicate: true, entries: [] }
      expect(await store.append(sent)).toEqual(again)
      // The time of arrival and the case of a name are no content.
      const to = [{ username: 'BOB', message_text: 'text 1' }]
      expect(await store.append({ ...sent, now: sent.now + 1, to })).toEqual(again)
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual(['1 text 1'])
    })

    test('it stays a duplicate after it was acknowledged, after reopening, and when the addressee has gone', async () => {
      const sent = message(alice, 'bob', { number: 1 })
      await store.append(sent)
      await store.acknowledge(await plainMailbox(store, bob), 1)
      expect(await store.append(sent)).toMatchObject({ duplicate: true })
      store = await opened.reopen()
      expect(await store.append(sent)).toMatchObject({ duplicate: true })
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual([])
      await store.deleteAccount(bob.account)
      expect(await store.append(sent)).toMatchObject({ duplicate: true })
    })

    test('the same id with anything else in it is refused, and the first stays', async () => {
      await signUp(store, 'carol')
      const sent = message(alice, ['bob', 'carol'], { number: 1, text: 'ab' })
      await store.append(sent)
      const texts = (bobs: string, carols: string) => [
        { username: 'bob', message_text: bobs },
        { username: 'carol', message_text: carols },
      ]
      const others = [
        { ...sent, timestamp: sent.timestamp + 1 },
        { ...sent, to: texts('ab', 'xy') },
        // Cut differently, the parts run together to the same.
        { ...sent, to: texts('a', 'bab') },
        { ...sent, to: texts('ab', 'ab').slice(0, 1) },
        message(alice, 'nobody', { number: 1 }),
      ]
      for (const other of others) {
        expect(await store.append(other)).toEqual({ result: 'id_reused' })
      }
      expect(await store.append({ ...sent, to: texts('ab', 'ab').toReversed() })).toMatchObject({ duplicate: true })
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual(['1 ab'])
    })

    test("ids are each sender's own", async () => {
      await store.append(message(alice, 'bob', { number: 1 }))
      expect(await store.append(message(bob, 'bob', { number: 1 }))).toMatchObject({ duplicate: false })
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual(['1 text 1', '2 text 1'])
    })

    test('of many at the same moment one is stored; different ones of one id do not mix', async () => {
      const same = await Promise.all(
        Array.from({ length: 20 }, () => store.append(message(alice, 'bob', { number: 1 }))),
      )
      expect(same.filter((result) => result.result === 'accepted' && !result.duplicate)).toHaveLength(1)
      expect(same.every((result) => result.result === 'accepted')).toBe(true)
      const texts = ['one', 'two', 'one', 'two']
      const mixed = await Promise.all(texts.map((text) => store.append(message(alice, 'bob', { number: 2, text }))))
      expect(mixed.filter(({ result }) => result === 'id_reused')).toHaveLength(2)
      expect(await waiting(store, await plainMailbox(store, bob))).toHaveLength(2)
    })

    test('several addressees get it all or none; the one who is not there is named as written', async () => {
      const carol = await signUp(store, 'carol')
      const sent = message(alice, ['bob', 'No-Body', 'carol'], { number: 1 })
      expect(await store.append(sent)).toEqual({ result: 'no_such_user', username: 'No-Body' })
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual([])
      // A refused message leaves no trace: its id is free and takes no place.
      const places = placesOf(await store.append(message(alice, ['carol', 'bob'], { number: 1 })))
      expect(places).toEqual([
        { mailbox: await plainMailbox(store, carol), seq: 1, index: 0 },
        { mailbox: await plainMailbox(store, bob), seq: 1, index: 1 },
      ])
    })

    test('refused and accepted ones in the same moment do not disturb each other', async () => {
      const names = ['bob', 'nobody', 'bob', 'nobody', 'bob']
      const results = await Promise.all(
        names.map((name, index) => store.append(message(alice, name, { number: index }))),
      )
      expect(results.map(({ result }) => result)).toEqual([
        'accepted',
        'no_such_user',
        'accepted',
        'no_such_user',
        'accepted',
      ])
      expect(await waiting(store, await plainMailbox(store, bob))).toEqual(['1 text 0', '2 text 2', '3 text 4'])
    })

    test('an addressee twice, or an id that is no UUID, is a bad request and stops nobody else', async () => {
      const twice = store.append(message(alice, ['bob', 'BOB'], { number: 1 }))
      const wrong = store.append(message(alice, 'bob', { number: 2, id: 'not a uuid' }))
      const right = store.append(message(alice, 'bob', { number: 3 }))
      await expect(twice).rejects.toMatchObject({ code: 'bad_request' })
      await expect(wrong).rejects.toMatchObject({ code: 'bad_request' })
      expect(await right).toMatchObject({ entries: [{ seq: 1 }] })
    })

    test("`after` is the sending device's place in its own mailbox, and 0 for a mailbox that is not the sender's", async () => {
      const phone = await addDevice(store, alice, 'phone')
      for (const number of [1, 2, 3]) await store.append(message(bob, 'alice', { number }))
      await store.acknowledge(phone.mailbox, 3)
      const fromMailbox = phone.mailbox
      expect(await store.append(message(alice, 'bob', { number: 1, fromMailbox }))).toMatchObject({ after: 3 })
      expect(await store.append(message(alice, 'bob', { number: 2 }))).toMatchObject({ after: 0 })
      expect(await store.append(message(bob, 'bob', { number: 9, fromMailbox }))).toMatchObject({ after: 0 })
    })
  })
}
