import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '../../certificates.ts'
import type { Certificates } from '../../certificates.ts'
import { openClient } from './database.ts'
import { settingsOf } from './options.ts'
import { openPostgresStore } from './postgres.ts'
import { startPostgres } from './testing.ts'
import type { TestPostgres } from './testing.ts'

const certificates = await makeCertificates()
const [right, elsewhere] =
  typeof certificates === 'string'
    ? []
    : await Promise.all([startPostgres(certificates.right), startPostgres(certificates.elsewhere)])
const missing = [certificates, right, elsewhere].find((one) => typeof one === 'string')

describe.skipIf(missing !== undefined)(
  `PostgreSQL by TLS${missing === undefined ? '' : `: left out (${missing})`}`,
  () => {
    const { authority, strangeAuthority } = certificates as Certificates
    // The maintenance database will do: it is only opened.
    const at = (server: unknown, query: string): string => `${(server as TestPostgres).url}?${query}`
    const open = async (url: string): Promise<void> => (await openPostgresStore({ url, startPatience: 0 })).close()
    afterAll(async () => {
      for (const server of [right, elsewhere]) if (typeof server === 'object') await server.stop()
      await (certificates as Certificates).remove()
    })

    test('with the authority that is named and the right host it works, encrypted', async () => {
      const url = at(right, `sslrootcert=${authority}`)
      await open(url)
      await open(url.replace('127.0.0.1', 'localhost'))
      const { sql } = openClient(settingsOf({ url }), { connections: 1, patience: null })
      expect(await sql.unsafe('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }])
      await sql.end()
    })

    test.each(['verify-full', 'verify-ca', 'require'])('another authority is refused (%s)', async (mode) => {
      const strange = at(right, `sslmode=${mode}&sslrootcert=${strangeAuthority}`)
      await expect(open(strange)).rejects.toThrow('does not prove that it is the one that is meant')
      await expect(open(strange.replace('/postgres?', ',127.0.0.1:1/postgres?'))).rejects.toThrow('does not prove')
      // Without a file those of the system are believed, which don't know ours.
      await expect(open(at(right, `sslmode=${mode}`))).rejects.toThrow('does not prove')
    })

    test('another name is refused, but where only the authority is to be looked at', async () => {
      const url = at(elsewhere, `sslrootcert=${authority}`)
      await expect(open(url)).rejects.toThrow('for another host')
      await open(`${url}&sslmode=verify-ca`)
    })

    test('a server without TLS is refused where TLS is asked for', async () => {
      // As PostgreSQL answers that has no TLS: N to the question, and an end to who goes on all the same.
      const plain = createServer((socket) => {
        socket.once('data', () => {
          socket.write('N')
          socket.once('data', () => socket.end())
        })
      })
      await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
      const { port } = plain.address() as AddressInfo
      for (const query of [`sslrootcert=${authority}`, 'sslmode=require'])
        await expect(open(`postgres://chatnip@127.0.0.1:${port}/chatnip?${query}`)).rejects.toThrow('cannot be reached')
      plain.close()
    })
  },
)
