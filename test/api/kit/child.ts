import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ensureServerBundle } from '../../../scripts/bundles.ts'

const MAIN = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url))

/** The server as people start it: put together, a process of its own, configured by its environment. */
export interface Child {
  readonly address: string
  /** Everything that it has written, both streams. */
  output(): string
  /** Sends SIGTERM. @returns the exit code */
  stop(): Promise<number | null>
}

/** @param env settings beside a free port and a temporary folder */
export async function startChild(env: Readonly<Record<string, string>> = {}): Promise<Child> {
  await ensureServerBundle()
  const data = await mkdtemp(join(tmpdir(), 'chatnip-test-'))
  const settings = { PORT: '0', CHATNIP_DATA: data, CHATNIP_RATE_LIMITS: 'off', ...env }
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written: string[] = []
  child.stderr.on('data', (part) => written.push(String(part)))
  const exited = once(child, 'exit')
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      written.push(`${line}\n`)
      const address = /^Chatnip is ready at (\S+)$/.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${written.join('')}`)))
  })
  const address = await ready
  return {
    address,
    output: () => written.join(''),
    stop: async () => {
      child.kill('SIGTERM')
      const [code]: (number | null)[] = await exited
      await rm(data, { recursive: true, force: true })
      return code ?? null
    },
  }
}
