import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, KeyPackageClaim, Store } from '../store.ts'
import { addDevice, DAY, NOW, signUp } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const list = (stem: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${stem}${index + 1}`)

/** Several claims at the same moment. @returns what they got, last resorts left out */
export async function raceForKeyPackages(store: Store, username: string, claims: number): Promise<string[]> {
  const claim = { username, askedBy: 'another', lastResortsOnly: false, now: NOW }
  const claimed = await Promise.all(Array.from({ length: claims }, () => store.claimKeyPackages(claim)))
  return claimed.flatMap((one) => one ?? []).flatMap((one) => (one.isLastResort ? [] : [one.keyPackage]))
}

export function keyPackageContract(open: OpenStore): void {
  describe('key packages', () => {
    let opened: OpenedStore
    let store: Store
    let bob: Account
    beforeEach(async () => {
      opened = await open({ keyPackagesPerDevice: 5 })
      store = opened.store
      bob = await signUp(store, 'Bob')
      await addDevice(store, bob, 'phone')
      await addDevice(store, bob, 'laptop')
    })
    afterEach(() => opened.close())

    const add = (deviceId: string, fresh: readonly string[], lastResort: string | null = null) =>
      store.addKeyPackages(bob.account, deviceId, { fresh, lastResort })
    const count = (deviceId: string) => store.countKeyPackages(bob.account, deviceId)
    /** As `device text`, with `!` behind a last resort. */
    const claim = async (more: Partial<KeyPackageClaim> = {}) => {
      const claimed = await store.claimKeyPackages({
        username: 'bob',
        askedBy: 'another',
        lastResortsOnly: false,
        now: NOW,
        ...more,
      })
      return (
        claimed?.map(
          ({ deviceId, keyPackage, isLastResort }) => `${deviceId} ${keyPackage}${isLastResort ? '!' : ''}`,
        ) ?? null
      )
    }

    test('are handed out one of each device, the oldest first, each once, and then the last resort', async () => {
      expect(await add('phone', ['p1', 'p2'], 'p0')).toEqual({ count: 2, hasLastResort: true })
      expect(await add('laptop', ['l1'])).toEqual({ count: 1, hasLastResort: false })
      expect(await claim()).toEqual(['phone p1', 'laptop l1'])
      expect(await count('phone')).toEqual({ count: 1, hasLastResort: true })
      store = await opened.reopen()
      expect(await claim({ username: 'BOB' })).toEqual(['phone p2'])
      expect(await claim()).toEqual(['phone p0!'])
      expect(await claim()).toEqual(['phone p0!'])
      expect(await count('laptop')).toEqual({ count: 0, hasLastResort: false })
    })

    test('of nobody are none; of somebody without, an empty list', async () => {
      expect(await claim()).toEqual([])
      expect(await claim({ username: 'nobody' })).toBeNull()
    })

    test('the asking device gets none of its own, and none of its own is taken', async () => {
      await add('phone', ['p1'])
      await add('laptop', ['l1'])
      expect(await claim({ askedBy: 'phone' })).toEqual(['laptop l1'])
      expect(await count('phone')).toMatchObject({ count: 1 })
    })

    test('last resorts alone can be asked for, and then nothing is used up', async () => {
      await add('phone', ['p1'], 'p0')
      await add('laptop', ['l1'])
      expect(await claim({ lastResortsOnly: true })).toEqual(['phone p0!'])
      expect(await claim()).toEqual(['phone p1', 'laptop l1'])
    })

    test('of many claims at the same moment no two get the same', async () => {
      await add('phone', list('p', 5), 'p0')
      expect((await raceForKeyPackages(store, 'bob', 12)).toSorted()).toEqual(list('p', 5))
      expect(await claim()).toEqual(['phone p0!'])
    })

    test('an upload that is repeated brings nothing twice, not even what has been handed out meanwhile', async () => {
      await add('phone', ['p1', 'p2', 'p2'])
      expect(await claim()).toEqual(['phone p1'])
      expect(await add('phone', ['p1', 'p2', 'p3'])).toEqual({ count: 2, hasLastResort: false })
      store = await opened.reopen()
      await add('phone', ['p1'])
      expect([await claim(), await claim(), await claim()]).toEqual([['phone p2'], ['phone p3'], []])
      // Each device's are its own.
      await add('laptop', ['p1'])
      expect(await claim()).toEqual(['laptop p1'])
    })

    test('what was handed out is known for the retention, then forgotten', async () => {
      await add('phone', ['p1'])
      await claim({ now: NOW })
      await store.sweep(NOW + 29 * DAY, 100)
      expect(await add('phone', ['p1'])).toMatchObject({ count: 0 })
      await store.sweep(NOW + 31 * DAY, 100)
      expect(await add('phone', ['p1'])).toMatchObject({ count: 1 })
    })

    test('more than a device may have are refused, all of them, and the last resort with them', async () => {
      await add('phone', ['p1', 'p2'], 'old')
      expect(await add('phone', list('q', 4), 'new')).toBe('too_many_key_packages')
      expect(await count('phone')).toEqual({ count: 2, hasLastResort: true })
      expect(await claim({ lastResortsOnly: true })).toEqual(['phone old!'])
      // Those that wait already do not count twice.
      expect(await add('phone', ['p1', 'p2', 'q1', 'q2', 'q3'])).toMatchObject({ count: 5 })
      expect(await add('laptop', list('l', 5))).toMatchObject({ count: 5 })
    })

    test('of many uploads at the same moment no more are taken than may be', async () => {
      const uploads = Array.from({ length: 6 }, (_, index) => add('phone', list(`${index}-`, 2)))
      const results = await Promise.all(uploads)
      expect(results.filter((result) => result === 'too_many_key_packages')).toHaveLength(4)
      expect(await count('phone')).toMatchObject({ count: 4 })
    })

    test('a new last resort takes the place of the one before; nothing new leaves it there', async () => {
      await add('phone', [], 'first')
      expect(await add('phone', [], 'second')).toEqual({ count: 0, hasLastResort: true })
      await add('phone', [])
      expect(await claim()).toEqual(['phone second!'])
    })

    test('a device of somebody else, or of nobody, is not there', async () => {
      const alice = await signUp(store, 'alice')
      const nothing = { fresh: ['a1'], lastResort: 'a0' }
      for (const deviceId of ['phone', 'of nobody']) {
        expect(await store.addKeyPackages(alice.account, deviceId, nothing)).toBe('no_such_device')
        expect(await store.countKeyPackages(alice.account, deviceId)).toEqual({ count: 0, hasLastResort: false })
      }
      expect(await claim()).toEqual([])
    })

    test('go with their device and with their account', async () => {
      for (const device of ['phone', 'laptop']) await add(device, [`${device}1`], `${device}0`)
      await store.removeDevice(bob.account, 'phone')
      expect(await claim()).toEqual(['laptop laptop1'])
      await store.deleteAccount(bob.account)
      expect(await claim()).toBeNull()
      const again = await signUp(store, 'bob')
      await addDevice(store, again, 'phone')
      expect(await claim()).toEqual([])
    })

    test('go when the public key becomes another, last resorts too, and stay when it does not', async () => {
      await add('phone', ['p1'], 'p0')
      await add('laptop', ['l1'])
      await store.changeAccount(bob.account, { publicKey: bob.publicKey, avatar: 'x' })
      expect(await count('phone')).toEqual({ count: 1, hasLastResort: true })
      expect(await store.changeAccount(bob.account, { publicKey: 'a new key' })).toBe(true)
      expect(await claim()).toEqual([])
      await add('phone', ['p2'])
      expect(await claim()).toEqual(['phone p2'])
    })

    test('texts come out to the last character', async () => {
      const text = `${'~!"\\'.repeat(4_096)}`
      await add('phone', [text], text)
      expect(await claim()).toEqual([`phone ${text}`])
      expect(await claim()).toEqual([`phone ${text}!`])
    })
  })
}
