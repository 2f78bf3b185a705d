import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Store } from '../store.ts'
import { addDevice, DAY, hashOf, NOW, signUp } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const END = NOW + 300_000

export function sessionContract(open: OpenStore): void {
  describe('sessions', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    beforeEach(async () => {
      opened = await open({ sessionsPerAccount: 3, devicesPerAccount: 3 })
      store = opened.store
      alice = await signUp(store, 'Alice')
    })
    afterEach(() => opened.close())

    const begin = (hash: Uint8Array, now = NOW): ReturnType<Store['createSession']> =>
      store.createSession({ hash, account: alice.account, now, expiresAt: now + 300_000, device: null })

    test('a session is found until its end, also after reopening', async () => {
      expect(await begin(hashOf(500))).toBe('created')
      store = await opened.reopen()
      const expected = {
        hash: hashOf(500),
        account: alice.account,
        username: 'Alice',
        disabled: false,
        device: null,
        createdAt: NOW,
        usedAt: NOW,
        expiresAt: END,
      }
      expect(await store.findSession(hashOf(500), END - 1)).toEqual(expected)
      expect(await store.findSession(hashOf(500), END)).toBeNull()
      expect(await store.findSession(hashOf(501), NOW)).toBeNull()
    })

    test('none begins by a password that is another by now, and no device is registered', async () => {
      const { account, passwordHash } = alice
      await store.changeAccount(account, { passwordHash: 'new' })
      const device = { deviceId: 'late', name: 'late', isNew: true }
      const late = { hash: hashOf(500), account, now: NOW, expiresAt: END, device, ifPasswordHash: passwordHash }
      expect(await store.createSession(late)).toBe('no_such_account')
      expect(await store.listDevices(account)).toEqual([])
      expect(await store.createSession({ ...late, ifPasswordHash: 'new' })).toBe('created')
    })

    test('it says when its account is switched off', async () => {
      await begin(hashOf(500))
      await store.changeAccount(alice.account, { disabled: true })
      expect(await store.findSession(hashOf(500), NOW)).toMatchObject({ disabled: true })
    })

    test('use moves its end; what has ended stays ended', async () => {
      await begin(hashOf(500))
      await store.touchSession(hashOf(500), NOW + 10, END + 10)
      expect(await store.findSession(hashOf(500), END)).toMatchObject({ usedAt: NOW + 10, expiresAt: END + 10 })
      await store.touchSession(hashOf(500), END + 10, END + 999_999)
      expect(await store.findSession(hashOf(500), END + 10)).toBeNull()
      await store.touchSession(hashOf(599), NOW, END)
      expect(await store.findSession(hashOf(599), NOW)).toBeNull()
    })

    test('it can be ended, once', async () => {
      await begin(hashOf(500))
      expect(await store.endSession(hashOf(500))).toBe(true)
      expect(await store.endSession(hashOf(500))).toBe(false)
      expect(await store.findSession(hashOf(500), NOW)).toBeNull()
    })

    test('beyond the limit the oldest plain ones end; device sessions do not count', async () => {
      const device = await addDevice(store, alice, 'phone')
      for (const number of [501, 502, 503]) await begin(hashOf(number))
      expect(await store.findSession(hashOf(501), NOW)).not.toBeNull()
      await begin(hashOf(504))
      const alive = await Promise.all([501, 502, 503, 504].map((number) => store.findSession(hashOf(number), NOW)))
      expect(alive.map((session) => session !== null)).toEqual([false, true, true, true])
      expect(await store.findSession(device.hash, NOW)).not.toBeNull()
    })

    test('the list has the live ones of this account', async () => {
      const bob = await signUp(store, 'bob')
      await store.createSession({ hash: hashOf(510), account: bob.account, now: NOW, expiresAt: END, device: null })
      await begin(hashOf(511))
      await begin(hashOf(512), NOW - 300_000)
      const device = await addDevice(store, alice, 'phone')
      const list = await store.listSessions(alice.account, NOW)
      expect(list.map(({ hash }) => hash)).toEqual([hashOf(511), device.hash])
      expect(list[1]?.device).toMatchObject({ deviceId: 'phone', mailbox: device.mailbox, lastSeen: '2027-01-15' })
    })

    test('nobody signs in to an account that is not there', async () => {
      const nobody = { hash: hashOf(520), account: 4711, now: NOW, expiresAt: END, device: null }
      expect(await store.createSession(nobody)).toBe('no_such_account')
    })

    test('signing in to a device again ends its older sessions, takes the new name and keeps the mailbox', async () => {
      const phone = await addDevice(store, alice, 'phone')
      const again = { deviceId: 'phone', name: 'new name', isNew: false }
      const later = {
        hash: hashOf(530),
        account: alice.account,
        now: NOW + DAY,
        expiresAt: NOW + 2 * DAY,
        device: again,
      }
      expect(await store.createSession(later)).toBe('created')
      expect(await store.findSession(phone.hash, NOW)).toBeNull()
      expect(await store.findSession(hashOf(530), NOW)).toMatchObject({
        device: { mailbox: phone.mailbox, name: 'new name', createdAt: NOW, lastSeen: '2027-01-16' },
      })
    })

    test("an unknown or somebody else's device is refused, and nothing is left of the try", async () => {
      const bob = await signUp(store, 'bob')
      await addDevice(store, bob, 'phone of bob')
      for (const [deviceId, isNew] of [
        ['unknown', false],
        ['phone of bob', false],
        ['phone of bob', true],
      ] as const) {
        const device = { deviceId, name: 'x', isNew }
        const fresh = { hash: hashOf(540), account: alice.account, now: NOW, expiresAt: END, device }
        expect(await store.createSession(fresh)).toBe('no_such_device')
      }
      expect(await store.findSession(hashOf(540), NOW)).toBeNull()
      expect(await store.listDevices(alice.account)).toEqual([])
    })

    test('so many devices and no more, by either way', async () => {
      for (const name of ['a', 'b', 'c']) await addDevice(store, alice, name)
      const device = { deviceId: 'd', name: 'd', isNew: true }
      const fresh = { hash: hashOf(550), account: alice.account, now: NOW, expiresAt: END, device }
      expect(await store.createSession(fresh)).toBe('too_many_devices')
      await begin(hashOf(551))
      const late = { deviceId: 'd', name: 'd', now: NOW, expiresAt: END }
      expect(await store.registerDevice(hashOf(551), late)).toBe('too_many_devices')
      expect(await store.findSession(hashOf(551), NOW)).toMatchObject({ device: null })
      expect(await store.removeDevice(alice.account, 'b')).toBe(true)
      expect(await store.registerDevice(hashOf(551), late)).toBe('registered')
    })

    test('a plain session becomes that of a new device, once', async () => {
      await begin(hashOf(560))
      const device = { deviceId: 'phone', name: 'Phone', now: NOW + 5, expiresAt: NOW + 30 * DAY }
      expect(await store.registerDevice(hashOf(560), device)).toBe('registered')
      expect(await store.findSession(hashOf(560), NOW + 29 * DAY)).toMatchObject({
        device: { deviceId: 'phone', name: 'Phone', createdAt: NOW + 5 },
        usedAt: NOW + 5,
        expiresAt: NOW + 30 * DAY,
      })
      expect(await store.registerDevice(hashOf(560), device)).toBe('not_plain')
      expect(await store.registerDevice(hashOf(561), device)).toBe('not_plain')
    })

    test('a clock that stands behind for a while does not end the session of a device', async () => {
      const phone = await addDevice(store, alice, 'phone')
      await store.touchSession(phone.hash, NOW + DAY, NOW + 31 * DAY)
      await store.touchSession(phone.hash, NOW - 3_650 * DAY, NOW - 3_620 * DAY)
      expect(await store.findSession(phone.hash, NOW + 30 * DAY)).toMatchObject({ expiresAt: NOW + 31 * DAY })
    })

    test('the day a device was seen follows its use', async () => {
      const phone = await addDevice(store, alice, 'phone')
      await store.touchSession(phone.hash, NOW + 2 * DAY, NOW + 40 * DAY)
      expect(await store.listDevices(alice.account)).toMatchObject([{ lastSeen: '2027-01-17' }])
    })
  })
}
