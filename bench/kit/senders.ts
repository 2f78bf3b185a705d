import { randomUUID } from 'node:crypto'
import { openLine, sendFrame } from './line.ts'
import type { Line } from './line.ts'
import type { Server } from './process.ts'

/** What is sent to whom, by each of the first `senders` accounts. */
export interface Sending {
  readonly senders: number
  readonly window: number
  /** Of all senders together. */
  readonly messages: number
  readonly bytes: number
  /** The addressees of the `n`-th message of a sender. */
  readonly to: (sender: number, n: number) => readonly string[]
}

/**
 * Sends until everything is accepted, whoever is there to receive it. A refusal fails the run.
 * @returns figures by accepted message
 */
export async function sendAll(server: Server, sending: Sending) {
  const lines = await Promise.all(
    server.sessions.slice(0, sending.senders).map((session) => openLine(server.address, session)),
  )
  const cpu = server.cpuSeconds()
  const began = performance.now()
  await Promise.all(lines.map((line, sender) => sendOne(line, sender, sending)))
  const seconds = (performance.now() - began) / 1_000
  const cpuSecondsPer10k = ((server.cpuSeconds() - cpu) / sending.messages) * 10_000
  lines.forEach((line) => line.close())
  return { messagesPerSecond: sending.messages / seconds, cpuSecondsPer10k }
}

function sendOne(line: Line, sender: number, { senders, window, messages, bytes, to }: Sending): Promise<void> {
  const share = messages / senders
  const text = 'x'.repeat(bytes)
  let sent = 0
  let accepted = 0
  const send = () => line.socket.send(sendFrame(randomUUID(), to(sender, sent++), text))
  return new Promise((resolve, reject) => {
    line.hear = (frame) => {
      if (frame.type === 'refused') reject(new Error(JSON.stringify(frame)))
      if (frame.type !== 'sent') return
      accepted += 1
      if (sent < share) send()
      if (accepted === share) resolve()
    }
    for (let n = 0; n < Math.min(window, share); n += 1) send()
  })
}
