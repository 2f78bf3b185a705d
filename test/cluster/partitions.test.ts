import { afterAll, describe, expect, test } from 'vitest'
import { EVERYTHING, message, plainMailbox, signUp } from '../../server/src/store/contract/world.ts'
import { openPostgresStore } from '../../server/src/store/postgres/postgres.ts'
import { startPostgres } from '../../server/src/store/postgres/testing.ts'
import { startGate } from '../faults/kit/gate.ts'
import type { Cut } from '../faults/kit/gate.ts'

/** A little of T10 (test/faults/t10-nodes.fault.ts), which takes minutes. */

const postgres = await startPostgres()

describe.skipIf(typeof postgres === 'string')('a node that is cut off from PostgreSQL', () => {
  if (typeof postgres === 'string') return
  afterAll(() => postgres.stop())

  test.each<Cut>(['there', 'back', 'both'])(
    'refuses in time, and what it sends again is stored once (%s)',
    async (way) => {
      const url = await postgres.newDatabase()
      const gate = await startGate(Number(new URL(url).port))
      const through = url.replace(/:\d+(?=\/)/, `:${gate.port}`)
      const store = await openPostgresStore({ url: through, patience: 700 })
      const alice = await signUp(store, 'alice')
      const box = await plainMailbox(store, alice)
      gate.shut(way)
      const began = performance.now()
      await expect(store.append(message(alice, 'alice', { number: 1 }))).rejects.toMatchObject({ code: 'unavailable' })
      expect(performance.now() - began).toBeLessThan(3_000)
      gate.open()
      const again = () => store.append(message(alice, 'alice', { number: 1 })).catch(() => null)
      await expect.poll(again, { timeout: 20_000 }).toMatchObject({ result: 'accepted' })
      expect(await store.read(box, 0, EVERYTHING)).toHaveLength(1)
      await store.close()
      await gate.close()
    },
  )
})
