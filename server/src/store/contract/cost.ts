import { afterEach, describe, expect, test } from 'vitest'
import { EVERYTHING, message, plainMailbox, signUp } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

/** What must not grow with what else there is; asked of the stores that servers use, not of the simulated one. */
export function costContract(open: OpenStore): void {
  describe('what it costs', () => {
    let opened: OpenedStore
    afterEach(() => opened.close())

    test('a mailbox in which very much waits costs hardly more than an empty one', async () => {
      const [waits, senders, each] = [25_000, 10, 2_500]
      // Beyond a tenth of it somebody may be over its share.
      opened = await open({ mailboxMessages: 50_000, senderShare: 0.1 })
      const { store } = opened
      const alice = await signUp(store, 'alice')
      const [full, empty] = [await signUp(store, 'bob'), await signUp(store, 'carol')]
      for (let sender = 0; sender < senders; sender += 1) {
        const stranger = await signUp(store, `stranger${sender}`)
        await Promise.all(
          Array.from({ length: each }, (_, number) => store.append(message(stranger, 'bob', { number }))),
        )
      }
      const [last] = await store.read(await plainMailbox(store, full), waits - 1, EVERYTHING)
      expect(last?.seq).toBe(waits)
      let number = 0
      /** Milliseconds for some messages, one after the other: as many batches. */
      const cost = async (name: string): Promise<number> => {
        const began = performance.now()
        for (let n = 0; n < 15; n += 1) await store.append(message(alice, name, { number: (number += 1) }))
        return performance.now() - began
      }
      const ratios: number[] = []
      for (let round = 0; round < 7; round += 1) ratios.push((await cost('bob')) / (await cost(empty.username)))
      expect(ratios.toSorted((a, b) => a - b)[3]).toBeLessThan(2)
    }, 120_000)
  })
}
