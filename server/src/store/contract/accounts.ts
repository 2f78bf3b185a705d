import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import {
  addDevice,
  EVERYTHING,
  hashOf,
  idOf,
  message,
  newAccount,
  NOW,
  plainMailbox,
  signUp,
  waiting,
} from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function accountContract(open: OpenStore): void {
  describe('accounts', () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    test('an account comes back as it was given, under any case of its name, also after reopening', async () => {
      const fresh = newAccount('Alice.B_c-9', {
        wrappedByPassword: 'wrapped',
        recovery: { wrapped: 'again', proofHash: hashOf(1) },
      })
      expect(await store.createAccount(fresh)).toBe('created')
      const expected = {
        account: expect.any(Number),
        username: 'Alice.B_c-9',
        passwordHash: fresh.passwordHash,
        publicKey: fresh.publicKey,
        wrappedByPassword: 'wrapped',
        recovery: { wrapped: 'again', proofHash: hashOf(1) },
        freshStart: null,
        avatar: null,
        disabled: false,
        createdAt: NOW,
      }
      expect(await store.findAccount('aLICE.b_C-9')).toEqual(expected)
      store = await opened.reopen()
      const account = await store.findAccount('alice.b_c-9')
      expect(account).toEqual(expected)
      expect(await store.getAccount(account?.account ?? 0)).toEqual(expected)
    })

    test('who is not there is null', async () => {
      expect(await store.findAccount('nobody')).toBeNull()
      expect(await store.getAccount(4711)).toBeNull()
      expect(await store.changeAccount(4711, { avatar: 'a' })).toBe(false)
      expect(await store.deleteAccount(4711)).toBe(false)
    })

    test('a name is taken in every case, and of many at once exactly one gets it', async () => {
      await signUp(store, 'alice')
      expect(await store.createAccount(newAccount('ALICE'))).toBe('name_taken')
      const results = await Promise.all(
        ['Bob', 'bob', 'BOB', 'boB'].map((name) => store.createAccount(newAccount(name))),
      )
      expect(results.toSorted()).toEqual(['created', 'name_taken', 'name_taken', 'name_taken'])
    })

    test('folding the case of a name touches A to Z only', async () => {
      await signUp(store, 'k')
      // The Kelvin sign becomes a "k" under Unicode's rules.
      expect(await store.findAccount('\u212A')).toBeNull()
      const sender = await signUp(store, 'sender')
      expect(await store.append(message(sender, 'K', { number: 1 }))).toMatchObject({ result: 'accepted' })
      expect(await store.append(message(sender, '\u212A', { number: 2 }))).toMatchObject({ result: 'no_such_user' })
    })

    test('a change changes what it names and nothing else', async () => {
      const { account } = await signUp(store, 'alice')
      const before = await store.getAccount(account)
      expect(await store.changeAccount(account, {})).toBe(true)
      expect(await store.getAccount(account)).toEqual(before)
      const change = {
        passwordHash: 'new',
        publicKey: 'new key',
        wrappedByPassword: 'w',
        recovery: { wrapped: 'r', proofHash: hashOf(2) },
        freshStart: { hash: hashOf(3), until: NOW + 5 },
        avatar: 'abc',
        disabled: true,
      }
      await store.changeAccount(account, change)
      expect(await store.getAccount(account)).toEqual({ ...before, ...change })
      const back = { wrappedByPassword: null, recovery: null, freshStart: null, avatar: null, disabled: false }
      await store.changeAccount(account, back)
      expect(await store.getAccount(account)).toEqual({ ...before, ...back, passwordHash: 'new', publicKey: 'new key' })
    })

    test('a change for one password changes nothing when the password is another by now', async () => {
      const { account, passwordHash } = await signUp(store, 'alice')
      expect(await store.changeAccount(account, { passwordHash: 'new', ifPasswordHash: passwordHash })).toBe(true)
      const late = {
        passwordHash: 'late',
        publicKey: 'late',
        endSessions: 'all',
        ifPasswordHash: passwordHash,
      } as const
      expect(await store.changeAccount(account, late)).toBe(false)
      expect(await store.getAccount(account)).toMatchObject({ passwordHash: 'new', publicKey: 'key of alice' })
    })

    test('a change may end all sessions, or all but one, and only of that account', async () => {
      const alice = await signUp(store, 'alice')
      const bob = await signUp(store, 'bob')
      const [kept, ended, device] = [hashOf(901), hashOf(902), await addDevice(store, alice, 'phone')]
      for (const hash of [kept, ended]) {
        await store.createSession({ hash, account: alice.account, now: NOW, expiresAt: NOW + 1_000, device: null })
      }
      const others = { hash: hashOf(903), account: bob.account, now: NOW, expiresAt: NOW + 1_000, device: null }
      await store.createSession(others)
      await store.changeAccount(alice.account, { passwordHash: 'new', endSessions: { allBut: kept } })
      expect(await store.findSession(kept, NOW)).not.toBeNull()
      expect(await store.findSession(ended, NOW)).toBeNull()
      expect(await store.findSession(device.hash, NOW)).toBeNull()
      await store.changeAccount(alice.account, { endSessions: 'all' })
      expect(await store.findSession(kept, NOW)).toBeNull()
      expect(await store.findSession(others.hash, NOW)).not.toBeNull()
      expect(await store.listDevices(alice.account)).toHaveLength(1)
    })

    test('a proof of work works once, also after reopening, and is not used up by a refusal', async () => {
      const proof = { hash: hashOf(7), until: NOW + 1_000 }
      await signUp(store, 'taken')
      expect(await store.createAccount(newAccount('taken', { proof }))).toBe('name_taken')
      expect(await store.createAccount(newAccount('alice', { proof }))).toBe('created')
      expect(await store.createAccount(newAccount('bob', { proof }))).toBe('proof_used')
      store = await opened.reopen()
      expect(await store.createAccount(newAccount('bob', { proof }))).toBe('proof_used')
      expect(await store.findAccount('bob')).toBeNull()
    })

    test('the list goes by name without case, page by page, with what waits', async () => {
      const bob = await signUp(store, 'Bob')
      await signUp(store, 'alice')
      await signUp(store, 'carol')
      await addDevice(store, bob, 'b1')
      await addDevice(store, bob, 'b2')
      await store.append(message(bob, ['alice', 'bob'], { number: 1, text: 'äöü' }))
      await store.changeAccount(bob.account, { disabled: true })
      const first = await store.listAccounts('', 2)
      expect(first).toEqual([
        { username: 'alice', createdAt: NOW, disabled: false, devices: 0, waiting: 1, waitingBytes: 6 },
        { username: 'Bob', createdAt: NOW, disabled: true, devices: 2, waiting: 2, waitingBytes: 12 },
      ])
      expect((await store.listAccounts('BOB', 2)).map(({ username }) => username)).toEqual(['carol'])
      expect(await store.listAccounts('carol', 2)).toEqual([])
    })

    test('deleting takes sessions, devices, and what waits from and for the account; the rest stays', async () => {
      const alice = await signUp(store, 'alice')
      const bob = await signUp(store, 'bob')
      const carol = await signUp(store, 'carol')
      const phone = await addDevice(store, alice, 'phone')
      const laptop = await addDevice(store, bob, 'laptop')
      const tablet = await addDevice(store, bob, 'tablet')
      await store.append(message(carol, ['bob', 'alice'], { number: 1, text: 'from carol' }))
      await store.append(message(alice, ['bob', 'carol'], { number: 2, text: 'from alice' }))
      await store.append(message(bob, ['alice', 'carol'], { number: 3, text: 'from bob' }))
      await store.acknowledge(tablet.mailbox, 1)

      expect(await store.deleteAccount(alice.account)).toBe(true)
      expect(await store.findAccount('alice')).toBeNull()
      expect(await store.findSession(phone.hash, NOW)).toBeNull()
      expect(await store.listDevices(alice.account)).toEqual([])
      expect(await store.plainMailbox(alice.account)).toBeNull()
      expect(await store.read(phone.mailbox, 0, EVERYTHING)).toEqual([])
      expect(await waiting(store, laptop.mailbox)).toEqual(['1 from carol'])
      expect(await waiting(store, tablet.mailbox)).toEqual([])
      expect(await waiting(store, await plainMailbox(store, carol))).toEqual(['2 from bob'])
      expect(await store.append(message(bob, 'alice', { number: 4 }))).toEqual({
        result: 'no_such_user',
        username: 'alice',
      })
      await expect(store.append(message(alice, 'bob', { number: 5 }))).rejects.toMatchObject({ code: 'not_signed_in' })
      const places = await store.append(message(bob, 'carol', { number: 6 }))
      expect(places).toMatchObject({ entries: [{ seq: 3 }] })
      // Nothing is left over: what waits is counted, and all of it goes when it is acknowledged.
      expect((await store.stats()).waiting.map((row) => row.username).toSorted()).toEqual(['bob', 'carol'])
      await store.acknowledge(laptop.mailbox, 99)
      await store.acknowledge(await plainMailbox(store, carol), 99)
      const rows = (await store.stats()).tables.find(({ table }) => table === 'messages')?.rows
      expect(rows).toBe(0)
    })

    test('a new account of the same name is somebody else', async () => {
      const first = await signUp(store, 'alice')
      const bob = await signUp(store, 'bob')
      await store.append(message(first, 'bob', { number: 1, text: 'old' }))
      await store.append(message(bob, 'alice', { number: 1, text: 'for the old one' }))
      await store.deleteAccount(first.account)
      const second = await signUp(store, 'alice')
      expect(second.account).not.toBe(first.account)
      expect(await waiting(store, await plainMailbox(store, second))).toEqual([])
      const again = await store.append(message(second, 'bob', { number: 1, text: 'new' }))
      expect(again).toMatchObject({ result: 'accepted', duplicate: false })
      expect((await store.read(await plainMailbox(store, bob), 0, EVERYTHING)).map(({ id }) => id)).toEqual([idOf(1)])
    })
  })
}
