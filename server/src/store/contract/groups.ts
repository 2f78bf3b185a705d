import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, AppendResult, NewMessage, Store } from '../store.ts'
import { addDevice, DAY, message, NOW, plainMailbox, signUp, waiting } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const GROUP = 'a-group-of-128-bits-22'
const OTHER = 'another-group-22-chars'

/** Several commits for one epoch at the same moment. @returns how many were taken */
export async function raceForEpoch(store: Store, from: Account, to: string, group: { id: string; epoch: number }) {
  const commits = Array.from({ length: 8 }, (_, index) =>
    store.append({
      ...message(from, to, { number: 9_000 + 8 * group.epoch + index, text: `${group.epoch} by ${index}` }),
      group: { ...group, commit: true },
    }),
  )
  return (await Promise.all(commits)).filter(({ result }) => result === 'accepted').length
}

export function groupContract(open: OpenStore): void {
  describe('groups and their epochs', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let bob: Account
    let bobs: number
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'bob')
      bobs = await plainMailbox(store, bob)
    })
    afterEach(() => opened.close())

    let made = 0
    const inGroup = (epoch: number, more: Partial<NewMessage> = {}): NewMessage => {
      made += 1
      return { ...message(alice, 'bob', { number: made, text: `in ${epoch}` }), group: { id: GROUP, epoch }, ...more }
    }
    const commit = (epoch: number, more: Partial<NewMessage> = {}): NewMessage => ({
      ...inGroup(epoch, more),
      group: { id: GROUP, epoch, commit: true },
    })
    const resultOf = (result: AppendResult) => (result.result === 'epoch_passed' ? result.epoch : result.result)
    const send = async (sent: NewMessage) => resultOf(await store.append(sent))
    /** Whether an ordinary message of that epoch is taken. */
    const isIn = async (epoch: number, now = NOW) => (await send(inGroup(epoch, { now }))) === 'accepted'

    test('a group that nobody knows takes any message, and stays unknown until a commit', async () => {
      expect(await send(inGroup(7))).toBe('accepted')
      expect(await send(inGroup(3))).toBe('accepted')
      expect(await send(commit(5))).toBe('accepted')
      expect(await send(inGroup(7))).toBe(6)
      expect(await send(inGroup(6))).toBe('accepted')
    })

    test('a commit ends its epoch: what was made in it is refused, with the epoch that won', async () => {
      expect(await send(commit(0))).toBe('accepted')
      expect(await send(inGroup(1))).toBe('accepted')
      expect(await send(commit(1))).toBe('accepted')
      expect(await store.append(commit(1))).toEqual({ result: 'epoch_passed', epoch: 2 })
      expect(await store.append(inGroup(1))).toEqual({ result: 'epoch_passed', epoch: 2 })
      // From ahead is not believed either.
      expect(await send(inGroup(3))).toBe(2)
      expect(await send(commit(3))).toBe(2)
      expect(await waiting(store, bobs)).toEqual(['1 in 0', '2 in 1', '3 in 1'])
    })

    test('is where it was after reopening, and each group is by itself', async () => {
      await send(commit(4))
      store = await opened.reopen()
      expect(await send(commit(4))).toBe(5)
      expect(await send({ ...inGroup(9), group: { id: OTHER, epoch: 9 } })).toBe('accepted')
      expect(await send({ ...inGroup(9), group: { id: OTHER, epoch: 9, commit: true } })).toBe('accepted')
      expect(await isIn(5)).toBe(true)
      expect(await send({ ...inGroup(9), group: { id: GROUP.toUpperCase(), epoch: 9 } })).toBe('accepted')
    })

    test('of many commits for one epoch at the same moment exactly one is taken, and its message alone', async () => {
      for (let epoch = 0; epoch < 5; epoch += 1) {
        const commits = Array.from({ length: 8 }, (_, index) =>
          commit(epoch, {
            sender: index % 2 === 0 ? alice.account : bob.account,
            to: [{ username: 'bob', message_text: `${epoch} by ${index}` }],
          }),
        )
        const results = await Promise.all(commits.map((one) => store.append(one)))
        const taken = results.flatMap(({ result }, index) => (result === 'accepted' ? [index] : []))
        expect(taken).toHaveLength(1)
        expect(results.filter((one) => one.result === 'epoch_passed' && one.epoch === epoch + 1)).toHaveLength(7)
        expect((await waiting(store, bobs)).at(-1)).toBe(`${epoch + 1} ${epoch} by ${taken[0]}`)
      }
    })

    test('whoever sends, of several commits at the same moment one is taken in each epoch', async () => {
      for (const epoch of [0, 1, 2]) expect(await raceForEpoch(store, alice, 'bob', { id: GROUP, epoch })).toBe(1)
    })

    test('a message and a commit at the same moment: the message is before it, or refused', async () => {
      for (let epoch = 0; epoch < 10; epoch += 1) {
        const [first, , second] = await Promise.all([send(inGroup(epoch)), send(commit(epoch)), send(inGroup(epoch))])
        expect(['accepted', epoch + 1]).toContain(first)
        expect(['accepted', epoch + 1]).toContain(second)
      }
      // Nothing of an epoch lies behind the commit that ended it: each epoch's messages are up to two, then the commit.
      const epochs = (await waiting(store, bobs)).map((line) => Number(line.split(' ').at(-1)))
      expect(epochs).toEqual(epochs.toSorted((one, other) => one - other))
    })

    test('sent again is a duplicate, however far the group has gone since', async () => {
      const [text, end] = [inGroup(0), commit(0)]
      expect(await send(text)).toBe('accepted')
      expect(await store.append(end)).toMatchObject({ result: 'accepted', duplicate: false })
      await send(commit(1))
      for (const sent of [text, end])
        expect(await store.append(sent)).toMatchObject({ result: 'accepted', duplicate: true })
      // And it moves the group nowhere.
      expect(await isIn(2)).toBe(true)
    })

    test('another group, epoch or kind under the same id is another message', async () => {
      const sent = inGroup(0)
      await store.append(sent)
      const others: NewMessage[] = [
        { ...sent, group: { id: OTHER, epoch: 0 } },
        { ...sent, group: { id: GROUP, epoch: 1 } },
        { ...sent, group: { id: GROUP, epoch: 0, commit: true } },
        { ...sent, group: undefined },
      ]
      for (const other of others) expect(await store.append(other)).toEqual({ result: 'id_reused' })
      expect(await isIn(0)).toBe(true)
    })

    test('a refused message has used neither its id nor the epoch', async () => {
      await send(commit(0))
      const late = commit(0)
      expect(await send(late)).toBe(1)
      expect(await send({ ...late, group: { id: GROUP, epoch: 1, commit: true } })).toBe('accepted')
      expect(await send(commit(2, { to: [{ username: 'nobody', message_text: 'x' }] }))).toBe('no_such_user')
      expect(await isIn(2)).toBe(true)
    })

    test('a commit brings different texts to different people, all or none', async () => {
      const carol = await signUp(store, 'carol')
      const to = [{ username: 'bob' }, { username: 'carol', message_text: 'a welcome' }]
      expect(await send(commit(0, { to: [...to, { username: 'nobody' }], text: 'a commit' }))).toBe('no_such_user')
      expect(await send(commit(0, { to, text: 'a commit' }))).toBe('accepted')
      expect(await waiting(store, bobs)).toEqual(['1 a commit'])
      expect(await waiting(store, await plainMailbox(store, carol))).toEqual(['1 a welcome'])
    })

    test('a commit for nobody else moves the group all the same', async () => {
      const alone = message(alice, 'alice', { number: 5_000 })
      const { mailbox: fromMailbox } = await addDevice(store, alice, 'phone')
      const sent = { ...alone, fromMailbox, group: { id: GROUP, epoch: 0, commit: true as const } }
      expect(await store.append(sent)).toMatchObject({ result: 'accepted', entries: [] })
      expect(await isIn(0)).toBe(false)
    })

    test('a group that nobody used for the retention is forgotten, one that is used is not', async () => {
      await send(commit(0, { now: NOW }))
      await send({ ...commit(0), group: { id: OTHER, epoch: 0, commit: true } })
      // Refused messages do not keep it.
      expect(await isIn(0, NOW + 20 * DAY)).toBe(false)
      expect(await send({ ...inGroup(1), group: { id: OTHER, epoch: 1 }, now: NOW + 20 * DAY })).toBe('accepted')
      await store.sweep(NOW + 29 * DAY, 100)
      expect(await send({ ...inGroup(0), now: NOW + 29 * DAY })).toBe(1)
      await store.sweep(NOW + 32 * DAY, 100)
      expect(await send({ ...inGroup(0), now: NOW + 32 * DAY })).toBe('accepted')
      expect(await send({ ...inGroup(0), group: { id: OTHER, epoch: 0 }, now: NOW + 32 * DAY })).toBe(1)
      await store.sweep(NOW + 52 * DAY, 100)
      expect(await send({ ...inGroup(0), group: { id: OTHER, epoch: 0 }, now: NOW + 52 * DAY })).toBe('accepted')
    })

    test('is forgotten in bounded steps', async () => {
      for (const index of [1, 2, 3])
        await send({ ...commit(0), group: { id: `${OTHER.slice(0, 21)}${index}`, epoch: 0, commit: true } })
      const known = async () => {
        const ids = [1, 2, 3].map((index) => `${OTHER.slice(0, 21)}${index}`)
        const results = await Promise.all(ids.map((id) => send({ ...inGroup(5), group: { id, epoch: 5 } })))
        return results.filter((result) => result === 1).length
      }
      expect(await known()).toBe(3)
      await store.sweep(NOW + 32 * DAY, 2)
      expect(await known()).toBeLessThanOrEqual(1)
      await store.sweep(NOW + 32 * DAY, 2)
      expect(await known()).toBe(0)
    })
  })
}
