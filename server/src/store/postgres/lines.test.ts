import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { openPostgresStore } from './postgres.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Something that takes connections and hangs up, as a database does that is just going or coming; or says nothing. */
async function host(how: 'hangs up' | 'says nothing'): Promise<string> {
  const server = createServer((socket) => {
    if (how === 'hangs up') socket.destroy()
    else socket.on('error', () => undefined).resume()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('while none of several hosts leads, whoever asks is told so in time', async () => {
  for (const [one, two] of [
    [await host('hangs up'), await host('hangs up')],
    [await host('says nothing'), await host('hangs up')],
  ]) {
    const url = `postgres://chatnip@${one},${two}/chatnip`
    await expect(openPostgresStore({ url, startPatience: 0 })).rejects.toThrow('cannot be reached')
  }
}, 15_000)
