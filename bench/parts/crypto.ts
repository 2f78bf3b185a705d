import { randomUUID } from 'node:crypto'
import { makeIdentity, open, seal } from '@chatnip/crypto'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'

/** What a client does for each message, in this process: milliseconds to seal an envelope and to open and check one, and its size. */
export const crypto: Part = {
  name: 'crypto',
  run: async ({ report, runs }) => {
    const [alice, bob] = [await makeIdentity(), await makeIdentity()]
    const letter = {
      id: randomUUID(),
      from: 'alice',
      to: 'bob',
      at: 1,
      body: { type: 'text', text: 'x'.repeat(200) },
    } as const
    const times = 200
    await repeat(runs, async () => {
      const began = performance.now()
      let envelope = ''
      for (let n = 0; n < times; n += 1) envelope = await seal(letter, alice, bob.publicKey)
      const sealed = performance.now()
      for (let n = 0; n < times; n += 1) {
        const opened = await open(envelope, letter, bob, alice.publicKey, null)
        if (opened.mark !== 'verified') throw new Error(`an envelope came out as ${opened.mark}`)
      }
      const figures = {
        sealMs: (sealed - began) / times,
        openMs: (performance.now() - sealed) / times,
        envelopeBytes: envelope.length,
      }
      report.add({ part: 'crypto', who: 'chatnip', what: 'text of 200 characters', figures })
    })
  },
}
