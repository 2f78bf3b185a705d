import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { settingsOf } from './options.ts'
import { openPostgresStore } from './postgres.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Something that takes connections and hangs up, as a database does that is just going or coming. */
async function host(onConnection: () => void = () => undefined): Promise<string> {
  const server = createServer((socket) => {
    onConnection()
    socket.destroy()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('while none of several hosts leads, whoever asks is told so in time', async () => {
  const url = `postgres://chatnip@${await host()},${await host()}/chatnip`
  await expect(openPostgresStore({ url, startPatience: 0 })).rejects.toThrow('cannot be reached')
}, 15_000)

test('and it is looked for again each time, however often there was none', async () => {
  let tries = 0
  const url = `postgres://chatnip@${await host(() => (tries += 1))},127.0.0.1:1/chatnip`
  const db = openDatabase({ ...settingsOf({ url, connections: 1 }), patience: 3_000 })
  for (let asked = 0; asked < 2; asked += 1) {
    const before = tries
    await expect(db.ask('SELECT 1')).rejects.toMatchObject({ code: 'unavailable' })
    expect(tries).toBeGreaterThan(before)
  }
  await db.close()
}, 15_000)
