import { randomUUID } from 'node:crypto'
import { makeIdentity, open, seal } from '@chatnip/crypto'
import { correctMls } from '../../scripts/correct-mls.ts'
import { inPage } from '../kit/page.ts'
import { repeat } from '../kit/part.ts'
import type { Options, Part } from '../kit/part.ts'

/** Of a conversation: two people with one each, a family, and as many as one may have. */
const DEVICES = [2, 20, 200]

/**
 * What a client does for each message: milliseconds to seal an envelope and to open and check one, and its size; texts sealed and opened
 * per second in conversations of 2, 20 and 200 devices, with what their commits take and weigh, in Node and in Chromium.
 */
export const crypto: Part = {
  name: 'crypto',
  run: async (options) => {
    await measureEnvelopes(options)
    await measureConversations(options)
  },
}

async function measureConversations({ report, runs }: Options): Promise<void> {
  correctMls()
  const { measureConversation } = await import('../kit/conversation.ts')
  const what = (devices: number) => `conversation of ${devices} devices`
  for (const devices of DEVICES)
    await repeat(runs, async () => {
      report.add({ part: 'crypto', who: 'Node', what: what(devices), figures: await measureConversation(devices) })
    })
  const isThere = await inPage('conversation-page', async (page) => {
    await page.waitForFunction(() => 'measureConversation' in globalThis)
    for (const devices of DEVICES)
      await repeat(runs, async () => {
        const figures = await page.evaluate<Record<string, number>>(`measureConversation(${devices})`)
        report.add({ part: 'crypto', who: 'Chromium', what: what(devices), figures })
      })
  })
  if (!isThere) console.log('crypto: Chromium left out, since this machine has none')
}

async function measureEnvelopes({ report, runs }: Options): Promise<void> {
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
}
