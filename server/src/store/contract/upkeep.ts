import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import {
  addDevice,
  EVERYTHING,
  hashOf,
  message,
  newAccount,
  NOW,
  placesOf,
  plainMailbox,
  signUp,
  waiting,
} from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function upkeepContract(open: OpenStore): void {
  describe('upkeep', () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    test('a store that can write says so', async () => {
      await expect(store.probe()).resolves.toBeUndefined()
    })

    test('a secret is made once and stays, also after reopening; names do not share', async () => {
      const first = await store.secret('cookies', hashOf(1))
      expect(first).toEqual(hashOf(1))
      expect(await store.secret('cookies', hashOf(2))).toEqual(hashOf(1))
      store = await opened.reopen()
      expect(await store.secret('cookies', hashOf(3))).toEqual(hashOf(1))
      expect(await store.secret('challenges', hashOf(4))).toEqual(hashOf(4))
    })

    test('the sweep removes what has ended, in bounded steps, and leaves the rest', async () => {
      const alice = await signUp(store, 'alice')
      const session = { account: alice.account, now: NOW, device: null }
      for (const number of [1, 2, 3]) {
        await store.createSession({ ...session, hash: hashOf(700 + number), expiresAt: NOW + number })
      }
      const proof = { hash: hashOf(71), until: NOW + 1 }
      await store.createAccount(newAccount('bob', { proof }))
      const sessions = async (): Promise<number | undefined> =>
        (await store.stats()).tables.find(({ table }) => table === 'sessions')?.rows
      await store.sweep(NOW + 2, 1)
      expect(await sessions()).toBe(2)
      await store.sweep(NOW + 2, 1)
      await store.sweep(NOW + 2, 1)
      expect(await sessions()).toBe(1)
      expect(await store.findSession(hashOf(703), NOW + 2)).not.toBeNull()
      expect(await store.createAccount(newAccount('carol', { proof }))).toBe('created')
    })

    test('the figures say how much there is and whose the waiting bytes are', async () => {
      const [alice, bob] = [await signUp(store, 'alice'), await signUp(store, 'bob')]
      await addDevice(store, alice, 'phone')
      await addDevice(store, alice, 'laptop')
      await store.append(message(bob, 'alice', { number: 1, text: '12345' }))
      const stats = await store.stats()
      expect(stats.waiting).toEqual([{ username: 'alice', messages: 2, bytes: 10 }])
      const rows = Object.fromEntries(stats.tables.map((table) => [table.table, table.rows]))
      expect(rows).toMatchObject({ accounts: 2, devices: 2, messages: 1, dedup: 1 })
      expect(stats.tables.every(({ bytes }) => bytes > 0)).toBe(true)
      expect(stats.fileBytes).toBeGreaterThan(0)
    })

    test('a backup taken under load is a state that really was, with everything accepted before it', async () => {
      const [alice, bob] = [await signUp(store, 'alice'), await signUp(store, 'bob')]
      const send = (number: number): ReturnType<Store['append']> => store.append(message(alice, 'bob', { number }))
      for (let number = 1; number <= 50; number += 1) await send(number)
      const file = join(opened.folder, 'copy.db')
      let copying = true
      const copied = store.backup(file).finally(() => {
        copying = false
      })
      let number = 50
      while (copying) await Promise.all(Array.from({ length: 20 }, () => send((number += 1))))
      await copied

      const copy = await opened.openBackup(file)
      try {
        const entries = await copy.read(await plainMailbox(copy, bob), 0, EVERYTHING)
        expect(entries.length).toBeGreaterThanOrEqual(50)
        expect(entries.length).toBeLessThanOrEqual(number)
        expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
        // The dedup records are of the same moment as the messages.
        expect(await copy.append(message(alice, 'bob', { number: entries.length }))).toMatchObject({ duplicate: true })
        const next = placesOf(await copy.append(message(alice, 'bob', { number: entries.length + 1 })))
        // Not a place that was given out after the copy was made.
        expect(next).toMatchObject([{ seq: expect.any(Number) }])
        expect(next[0]?.seq).toBeGreaterThan(number)
      } finally {
        await copy.close()
      }
    })

    test('a server on a copy never gives out a place again that was given out after the copy was made', async () => {
      const [alice, bob] = [await signUp(store, 'alice'), await signUp(store, 'bob')]
      const file = join(opened.folder, 'copy.db')
      const send = async (to: Store, number: number) => {
        const [place] = placesOf(await to.append(message(alice, 'bob', { number })))
        return place?.seq ?? 0
      }
      await send(store, 1)
      await store.backup(file)
      // The control: the original goes on counting where it was.
      expect([await send(store, 2), await send(store, 3)]).toEqual([2, 3])
      let copy = await opened.openBackup(file)
      try {
        const first = await send(copy, 4)
        expect(first).toBeGreaterThan(1_000_000)
        // What waited keeps its place, what is new is found behind it, and who claims to have the lost places loses nothing new.
        const mailbox = await plainMailbox(copy, bob)
        expect(await waiting(copy, mailbox)).toEqual(['1 text 1', `${first} text 4`])
        await copy.acknowledge(mailbox, 3)
        expect(await waiting(copy, mailbox)).toEqual([`${first} text 4`])
        // Somebody may have signed up in the lost time as well.
        const carol = await signUp(copy, 'carol')
        const [place] = placesOf(await copy.append(message(alice, 'carol', { number: 5 })))
        expect(place).toMatchObject({ mailbox: await plainMailbox(copy, carol), seq: expect.any(Number) })
        expect(place?.seq).toBeGreaterThan(1_000_000)
        await copy.close()
        copy = await opened.openBackup(file)
        // Once, not at each start.
        expect(await send(copy, 6)).toBe(first + 1)
      } finally {
        await copy.close()
      }
    })

    test('a server on a copy hands out no key package and refuses for no epoch that may have moved on since', async () => {
      const [alice, bob] = [await signUp(store, 'alice'), await signUp(store, 'bob')]
      await addDevice(store, bob, 'phone')
      await store.addKeyPackages(bob.account, 'phone', { fresh: ['one', 'two'], lastResort: 'last' })
      const group = { id: 'a-group-of-128-bits-22', epoch: 0 }
      const commit = (epoch: number) => ({ group: { ...group, epoch, commit: true as const } })
      await store.append(message(alice, 'bob', { number: 1, ...commit(0) }))
      const file = join(opened.folder, 'copy.db')
      await store.backup(file)
      const claim = { username: 'bob', askedBy: 'x', lastResortsOnly: false, now: NOW }
      expect(await store.claimKeyPackages(claim)).toMatchObject([{ keyPackage: 'one' }])
      await store.append(message(alice, 'bob', { number: 2, ...commit(1) }))
      const copy = await opened.openBackup(file)
      try {
        expect(await copy.claimKeyPackages(claim)).toMatchObject([{ keyPackage: 'last', isLastResort: true }])
        expect(await copy.append(message(alice, 'bob', { number: 3, ...commit(2) }))).toMatchObject({
          result: 'accepted',
        })
        expect(await copy.append(message(alice, 'bob', { number: 4, ...commit(2) }))).toMatchObject({ epoch: 3 })
      } finally {
        await copy.close()
      }
    })

    test('what another process changes counts at once and is told', async () => {
      const alice = await signUp(store, 'alice')
      await signUp(store, 'bob')
      await store.append(message(alice, 'bob', { number: 1 }))
      const told = new Promise<number | null>((resolve) => {
        store.onForeignChange(resolve)
      })
      const admin = await opened.beside()
      try {
        const bob = await admin.findAccount('bob')
        await admin.deleteAccount(bob?.account ?? 0)
        expect(await store.append(message(alice, 'bob', { number: 2 }))).toMatchObject({ result: 'no_such_user' })
        expect([bob?.account, null]).toContain(await told)
        // And the other way round: both write, neither loses the other's.
        await signUp(store, 'carol')
        await admin.append(message(alice, 'carol', { number: 3 }))
        expect(await store.append(message(alice, 'carol', { number: 4 }))).toMatchObject({ entries: [{ seq: 2 }] })
        expect(await admin.append(message(alice, 'carol', { number: 5 }))).toMatchObject({ entries: [{ seq: 3 }] })
      } finally {
        await admin.close()
      }
    })

    test('closing finishes what was handed over; afterwards everything is refused', async () => {
      const alice = await signUp(store, 'alice')
      const sent = Array.from({ length: 30 }, (_, number) => store.append(message(alice, 'alice', { number })))
      await store.close()
      const results = await Promise.all(sent)
      expect(results.every(({ result }) => result === 'accepted')).toBe(true)
      await expect(store.probe()).rejects.toMatchObject({ code: 'unavailable' })
      store = await opened.reopen()
      expect(await store.read(await plainMailbox(store, alice), 0, EVERYTHING)).toHaveLength(30)
    })
  })
}
