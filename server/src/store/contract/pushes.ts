import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Device, Store, Unfetched } from '../store.ts'
import { addDevice, DAY, message, NOW, placesOf, signUp } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const QUIET = 30_000

export function pushContract(open: OpenStore): void {
  describe('pushes', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let bob: Account
    let phone: Device & { readonly hash: Uint8Array }
    let number = 0
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'bob')
      phone = await addDevice(store, bob, 'phone')
    })
    afterEach(() => opened.close())

    /** A message to bob: where it lies on his phone. */
    const arrived = async (): Promise<Unfetched> => {
      number += 1
      const places = placesOf(await store.append(message(alice, 'bob', { number })))
      const found = places.find(({ mailbox }) => mailbox === phone.mailbox)
      if (found === undefined) throw new Error('it is not on the phone')
      return { mailbox: found.mailbox, seq: found.seq }
    }
    const set = (device: string, endpoint: string, of = bob) =>
      store.setPush(of.account, device, { endpoint, now: NOW })
    const claim = (unfetched: readonly Unfetched[], now = NOW, quietMs = QUIET) =>
      store.claimPushes(unfetched, { now, quietMs })
    const NONE = { due: [], later: [] }

    test('an address is its device’s, replaced by another, there after a restart, and ended', async () => {
      expect(await store.findPush(bob.account, 'phone')).toBeNull()
      expect(await set('phone', 'https://a')).toBe(true)
      expect(await set('phone', 'https://b')).toBe(true)
      store = await opened.reopen()
      expect(await store.findPush(bob.account, 'phone')).toBe('https://b')
      expect(await store.findPush(alice.account, 'phone')).toBeNull()
      expect(await store.setPush(bob.account, 'phone', null)).toBe(true)
      expect(await store.findPush(bob.account, 'phone')).toBeNull()
    })

    test('nobody gives an address to a device that is not theirs', async () => {
      expect(await set('phone', 'https://evil', alice)).toBe(false)
      expect(await set('no such device', 'https://a')).toBe(false)
      expect(await store.setPush(alice.account, 'phone', null)).toBe(false)
      expect(await store.findPush(bob.account, 'phone')).toBeNull()
    })

    test('two devices that take one address at the same moment: one has it in the end, and neither is refused', async () => {
      await addDevice(store, alice, 'laptop')
      for (let round = 0; round < 5; round += 1) {
        const address = `https://a/${round}`
        expect(await Promise.all([set('phone', address), set('laptop', address, alice)])).toEqual([true, true])
        const found = await Promise.all([store.findPush(bob.account, 'phone'), store.findPush(alice.account, 'laptop')])
        expect(found.filter((one) => one === address)).toHaveLength(1)
      }
    })

    test('the same address at another device takes it from the first', async () => {
      await addDevice(store, alice, 'laptop')
      await set('phone', 'https://a')
      await set('laptop', 'https://a', alice)
      expect(await store.findPush(bob.account, 'phone')).toBeNull()
      expect(await store.findPush(alice.account, 'laptop')).toBe('https://a')
    })

    test('it goes with the device', async () => {
      await addDevice(store, bob, 'laptop')
      await set('phone', 'https://a')
      const place = await arrived()
      await store.removeDevice(bob.account, 'phone')
      expect(await store.findPush(bob.account, 'phone')).toBeNull()
      expect(await claim([place])).toEqual(NONE)
    })

    test('what waits unfetched is pushed for once, whoever asks', async () => {
      const place = await arrived()
      expect(await claim([place])).toEqual(NONE)
      await set('phone', 'https://a')
      const both = await Promise.all([claim([place]), claim([place])])
      expect(both.flatMap(({ due }) => due)).toEqual([{ ...place, endpoint: 'https://a' }])
      expect(await claim([place], NOW + DAY)).toEqual(NONE)
    })

    test('what has been fetched is not pushed for', async () => {
      await set('phone', 'https://a')
      const place = await arrived()
      await store.acknowledge(place.mailbox, place.seq)
      expect(await claim([place])).toEqual(NONE)
    })

    test('a device that was pushed for rests first; a push counts for everything before it', async () => {
      await set('phone', 'https://a')
      const [one, two, three] = [await arrived(), await arrived(), await arrived()]
      expect((await claim([two])).due).toHaveLength(1)
      expect(await claim([one], NOW + DAY)).toEqual(NONE)
      expect(await claim([three], NOW + QUIET - 1)).toEqual({ due: [], later: [three] })
      expect((await claim([three], NOW + QUIET)).due).toEqual([{ ...three, endpoint: 'https://a' }])
      // The same address said again, as each page does when it opens.
      await set('phone', 'https://a')
      expect(await claim([three], NOW + DAY)).toEqual(NONE)
    })

    test('a clock that stood in the future does not silence anybody', async () => {
      await set('phone', 'https://a')
      const [one, two] = [await arrived(), await arrived()]
      expect((await claim([one], NOW + DAY)).due).toHaveLength(1)
      expect((await claim([two], NOW)).due).toHaveLength(1)
    })

    test('nobody is pushed for who is signed out, or at an address where nobody is any more', async () => {
      await set('phone', 'https://a')
      const place = await arrived()
      expect(await claim([place], NOW + 31 * DAY)).toEqual(NONE)
      await store.dropPush('https://a')
      expect(await claim([place])).toEqual(NONE)
      await set('phone', 'https://a')
      await store.endSession(phone.hash)
      expect(await claim([place])).toEqual(NONE)
    })
  })
}
