import { openPairs } from '../kit/pairs.ts'
import type { Load, Pairs } from '../kit/pairs.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { start, startServer } from '../kit/process.ts'
import type { Measured, Server } from '../kit/process.ts'

/**
 * 50 pairs of devices write to each other, each with a window of messages that the addressee has not got yet. Every message is fsynced before it is
 * acknowledged, deduplicated, delivered, acknowledged and deleted; everything must arrive once and in order, or the run fails.
 * In turn with it: a bare `ws` relay that keeps nothing, and Chatnip's store without its sockets. Measured: CPU seconds of all the server's
 * threads per 10,000 messages, and messages per second, after a warm-up that is not counted.
 */
export const relay: Part = {
  name: 'relay',
  run: async ({ report, runs }) => {
    for (const load of LOADS) {
      const contenders = [...(await openRelays(load)), await openStore(load)]
      const what = `${load.bytes} bytes, window ${load.window}`
      await repeat(runs, async () => {
        for (const one of contenders) report.add({ part: 'relay', who: one.who, what, figures: await one.run() })
      })
      for (const contender of contenders) await contender.stop()
    }
  },
}

const PAIRS = 50

const LOADS: readonly Load[] = [
  { window: 32, messages: 30_000, bytes: 400 },
  { window: 1, messages: 10_000, bytes: 400 },
  { window: 32, messages: 20_000, bytes: 2_048 },
]

export interface Contender {
  readonly who: string
  run(): Promise<{ cpuSecondsPer10k: number; messagesPerSecond: number }>
  stop(): Promise<void>
}

/** Chatnip and the bare relay, warmed up. */
export async function openRelays(load: Load): Promise<readonly [Contender, Contender]> {
  const [chatnip, bare] = await Promise.all([
    relayContender('chatnip', load, 'server.ts'),
    relayContender('bare ws', load, 'peers/bare.ts'),
  ])
  await chatnip.run()
  await bare.run()
  return [chatnip, bare]
}

async function openStore(load: Load): Promise<Contender> {
  const store = storeContender(load, await start(['peers/store.ts', JSON.stringify(load)]))
  await store.run()
  return store
}

async function relayContender(who: string, load: Load, program: string): Promise<Contender> {
  const server: Server = await startServer({ devices: 2 * PAIRS }, program)
  const pairs: Pairs = await openPairs(server)
  const stop = async () => {
    pairs.close()
    await server.stop()
  }
  return { who, run: () => pairs.run(load), stop }
}

const storeContender = (load: Load, store: Measured): Contender => ({
  who: 'store alone',
  run: async () => JSON.parse(await store.ask()),
  stop: () => store.stop(),
})
