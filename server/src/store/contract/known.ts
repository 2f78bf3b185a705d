import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Known } from '../known.ts'
import type { Store } from '../store.ts'
import { addDevice, hashOf, idOf, message, newAccount, NOW, signUp } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function knownContract(open: OpenStore): void {
  describe('what is known of somebody', () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    const lineOf = async (name: string, line: string): Promise<Known> => {
      const account = await store.findAccount(name)
      const found = (await store.known(account?.account ?? 0)).find((one) => one.line === line)
      if (found === undefined) throw new Error(`there is no line ${line}`)
      return found
    }

    test('is told with its figures: the account, its devices and sessions, what waits, and the ids of what it sent', async () => {
      const alice = await signUp(store, 'Alice')
      const bob = await signUp(store, 'bob')
      const phone = await addDevice(store, alice, 'phone')
      await store.addKeyPackages(alice.account, 'phone', { fresh: ['one', 'two'], lastResort: 'last' })
      await store.append(message(bob, 'alice', { number: 1 }))
      await store.append(message(alice, 'bob', { number: 2, fromMailbox: phone.mailbox }))
      expect(await lineOf('alice', 'account')).toMatchObject({ rows: 1, oldest: NOW, newest: NOW })
      expect((await lineOf('alice', 'account')).values).toEqual([
        expect.objectContaining({ username: 'Alice', created_at: NOW, disabled: 0 }),
      ])
      expect((await lineOf('alice', 'devices')).values).toEqual([
        { device_id: 'phone', name: 'Alice phone', created_at: NOW, last_seen: '2027-01-15' },
      ])
      expect(await lineOf('alice', 'sessions')).toMatchObject({ rows: 1, newest: NOW })
      expect(await lineOf('alice', 'waiting')).toMatchObject({ rows: 1, bytes: 6 })
      expect(await lineOf('alice', 'ids')).toMatchObject({ rows: 1 })
      expect(await lineOf('bob', 'ids')).toMatchObject({ rows: 1 })
      expect((await lineOf('alice', 'key_packages')).rows).toBe(3)
      const blob = { owner: alice.account, size: 70, isOwn: false, life: 9, unfinishedUntil: NOW }
      for (const number of [1, 2]) await store.beginBlob({ ...blob, hash: hashOf(number) })
      expect(await lineOf('alice', 'blobs')).toMatchObject({ rows: 2, bytes: 140 })
      expect((await lineOf('alice', 'blobs')).values[0]).toMatchObject({ size: 70, uploaded: 0, is_own: 0 })
      expect(await lineOf('alice', 'sent')).toMatchObject({ rows: null, bytes: 0, values: [] })
      expect(await lineOf('alice', 'picture')).toMatchObject({ rows: 0, bytes: 0, oldest: null, values: [] })
    })

    test('begins with the newest, where rows bear no time too', async () => {
      const alice = await signUp(store, 'alice')
      const numbers = [5, 3, 9, 1]
      for (const number of numbers) {
        const blob = { owner: alice.account, isOwn: false, life: 9, unfinishedUntil: NOW }
        await store.beginBlob({ ...blob, hash: hashOf(number), size: number })
        await store.append(message(alice, 'alice', { number }))
      }
      const newestFirst = numbers.toReversed()
      expect((await lineOf('alice', 'blobs')).values.map(({ size }) => size)).toEqual(newestFirst)
      const ids = (await lineOf('alice', 'ids')).values.map(({ id }) => String(id).replaceAll('-', ''))
      expect(ids).toEqual(newestFirst.map((number) => idOf(number).replaceAll('-', '')))
    })

    test('what only a thief could use is counted and not shown', async () => {
      const recovery = { wrapped: 'wrapped by the code', proofHash: hashOf(7) }
      await store.createAccount(newAccount('carol', { wrappedByPassword: 'wrapped', recovery }))
      const account = await store.findAccount('carol')
      const lines = await store.known(account?.account ?? 0)
      const text = JSON.stringify(lines)
      for (const secret of ['argon2id', 'wrapped', Buffer.from(hashOf(7)).toString('hex')])
        expect(text).not.toContain(secret)
      expect(await lineOf('carol', 'password')).toMatchObject({ rows: 1, values: [] })
      expect((await lineOf('carol', 'recovery')).bytes).toBeGreaterThanOrEqual(19 + 32)
    })

    test('nothing is known of nobody, and nothing of somebody who has gone', async () => {
      const dave = await signUp(store, 'dave')
      await addDevice(store, dave, 'phone')
      await store.append(message(dave, 'dave', { number: 1, id: idOf(5) }))
      await store.deleteAccount(dave.account)
      for (const { rows, bytes, values } of await store.known(dave.account)) {
        expect([0, null]).toContain(rows)
        expect({ bytes, values }).toEqual({ bytes: 0, values: [] })
      }
    })
  })
}
