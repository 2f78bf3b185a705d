import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import { hashOf, newAccount, NOW } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

export function inviteContract(open: OpenStore): void {
  describe('invites', () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    const invite = (number: number, usesLeft: number): Parameters<Store['createInvite']>[0] => ({
      hash: hashOf(number),
      handle: `handle${number}`,
      createdAt: NOW + number,
      expiresAt: NOW + 1_000,
      usesLeft,
    })

    test('an invite works until it is used up or too old', async () => {
      await store.createInvite(invite(1, 2))
      const inviteHash = hashOf(1)
      expect(await store.checkInvite(inviteHash, NOW + 999)).toBe(true)
      expect(await store.checkInvite(inviteHash, NOW + 1_000)).toBe(false)
      expect(await store.checkInvite(hashOf(2), NOW)).toBe(false)
      expect(await store.createAccount(newAccount('late', { inviteHash, now: NOW + 1_000 }))).toBe('invite_invalid')
      expect(await store.createAccount(newAccount('a', { inviteHash }))).toBe('created')
      store = await opened.reopen()
      expect(await store.createAccount(newAccount('a', { inviteHash }))).toBe('name_taken')
      expect(await store.createAccount(newAccount('b', { inviteHash }))).toBe('created')
      expect(await store.createAccount(newAccount('c', { inviteHash }))).toBe('invite_invalid')
      expect(await store.findAccount('c')).toBeNull()
      expect(await store.checkInvite(inviteHash, NOW)).toBe(false)
    })

    test('of many who use the last one at the same moment one gets in', async () => {
      await store.createInvite(invite(1, 1))
      const names = ['a', 'b', 'c', 'd', 'e']
      const results = await Promise.all(
        names.map((name) => store.createAccount(newAccount(name, { inviteHash: hashOf(1) }))),
      )
      expect(results.filter((result) => result === 'created')).toHaveLength(1)
    })

    test('an invalid invite does not use up the proof of work', async () => {
      const proof = { hash: hashOf(9), until: NOW + 1_000 }
      expect(await store.createAccount(newAccount('a', { inviteHash: hashOf(1), proof }))).toBe('invite_invalid')
      expect(await store.createAccount(newAccount('a', { proof }))).toBe('created')
    })

    test('the list has what would still work, without the codes; one can be withdrawn', async () => {
      await store.createInvite(invite(2, 1))
      await store.createInvite(invite(1, 5))
      await store.createInvite({ ...invite(3, 1), expiresAt: NOW })
      await store.createAccount(newAccount('a', { inviteHash: hashOf(2) }))
      const listed = { handle: 'handle1', createdAt: NOW + 1, expiresAt: NOW + 1_000, usesLeft: 5 }
      expect(await store.listInvites(NOW)).toEqual([listed])
      expect(await store.withdrawInvite('handle1')).toBe(true)
      expect(await store.withdrawInvite('handle1')).toBe(false)
      expect(await store.checkInvite(hashOf(1), NOW)).toBe(false)
    })
  })
}
