import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { startServer } from '../kit/process.ts'
import { sendAll } from '../kit/senders.ts'

/**
 * What one message costs when it goes to 1, 10 or 100 accounts, and when each addressee has 1, 2 or 5 devices: CPU seconds of the server per 10,000
 * *copies* stored. Nobody is connected to receive, so that storing alone is counted.
 */
export const fanout: Part = {
  name: 'fanout',
  run: async ({ report, runs }) => {
    for (const [addressees, devices] of SHAPES) {
      const server = await startServer({ devices: SENDERS + addressees, more: devices - 1 })
      const names = Array.from({ length: addressees }, (_, n) => `user${SENDERS + n}`)
      const messages = Math.max(SENDERS, Math.round(COPIES / addressees / devices / SENDERS) * SENDERS)
      await repeat(runs, async () => {
        const { cpuSecondsPer10k, messagesPerSecond } = await sendAll(server, {
          senders: SENDERS,
          window: 8,
          messages,
          bytes: 400,
          to: () => names,
        })
        const copies = addressees * devices
        const figures = {
          cpuSecondsPer10kCopies: cpuSecondsPer10k / copies,
          copiesPerSecond: messagesPerSecond * copies,
        }
        report.add({
          part: 'fanout',
          who: 'chatnip',
          what: `${addressees} addressees, ${devices} devices each`,
          figures,
        })
      })
      await server.stop()
    }
  },
}

const SENDERS = 10
const COPIES = 10_000
const SHAPES = [
  [1, 1],
  [10, 1],
  [100, 1],
  [10, 2],
  [10, 5],
] as const
