import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { afterAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '../../certificates.ts'
import type { KeyPair } from '../../certificates.ts'
import type { NatsRefusal } from './line.ts'
import { natsBus } from './nats.ts'
import { startNats } from './testing.ts'

const certificates = await makeCertificates()
const nats = await startNats()
const missing = [certificates, nats].find((one) => typeof one === 'string')
if (typeof nats !== 'string') await nats.kill()

describe.skipIf(missing !== undefined)(
  `NATS by TLS, and who we are there${missing === undefined ? '' : `: left out (${missing})`}`,
  () => {
    if (typeof certificates === 'string') return
    const { authority, strangeAuthority, right, elsewhere, folder } = certificates
    const stops: (() => Promise<void>)[] = []
    afterAll(async () => {
      for (const stop of stops) await stop()
      await certificates.remove()
    })
    /** @returns host and port of a NATS that was started with these options */
    const begin = async (options: readonly string[]): Promise<string> => {
      const server = await startNats(options)
      if (typeof server === 'string') throw new Error(server)
      stops.push(() => server.kill())
      return `127.0.0.1:${new URL(server.url).port}`
    }
    const encrypted = ({ cert, key }: KeyPair) => ['--tls', '--tlscert', cert, '--tlskey', key]

    /** Why one does not get there, or null when one does. */
    const refusalAt = async (url: string): Promise<NatsRefusal | null> => {
      const { promise, resolve } = Promise.withResolvers<NatsRefusal | null>()
      const bus = natsBus({
        url,
        installation: 'x',
        onState: (isThere) => isThere && resolve(null),
        onRefusal: resolve,
      })
      const refusal = await promise
      await bus.close()
      return refusal
    }

    test('with the authority that is named and the right host it works; a stranger’s, another host’s and none at all do not', async () => {
      const [good, other, plain] = [await begin(encrypted(right)), await begin(encrypted(elsewhere)), await begin([])]
      expect(await refusalAt(`tls://${good}?ca=${authority}`)).toBeNull()
      expect(await refusalAt(`tls://${good.replace('127.0.0.1', 'localhost')}?ca=${authority}`)).toBeNull()
      for (const url of [
        `tls://${good}?ca=${strangeAuthority}`,
        `tls://${good}`,
        `tls://${other}?ca=${authority}`,
        `tls://${other.replace('127.0.0.1', 'localhost')}?ca=${authority}`,
        `tls://${plain}?ca=${authority}`,
        `tls://${plain}`,
      ])
        expect([url, await refusalAt(url)]).toEqual([url, 'it'])
      expect(await refusalAt(`nats://${plain}`)).toBeNull()
    }, 60_000)

    test('a token and an nkey let in whoever has them', async () => {
      const withToken = await begin(['--auth', 'sesame'])
      expect(await refusalAt(`nats://sesame@${withToken}`)).toBeNull()
      expect(await refusalAt(`nats://guess@${withToken}`)).toBe('us')
      const [ours, theirs] = [nkeys.createUser(), nkeys.createUser()]
      const files = {
        config: join(folder, 'nats.conf'),
        ours: join(folder, 'ours.nk'),
        theirs: join(folder, 'theirs.nk'),
      }
      await writeFile(files.config, `authorization { users = [ { nkey: ${ours.getPublicKey()} } ] }`)
      for (const [file, pair] of [
        [files.ours, ours],
        [files.theirs, theirs],
      ] as const)
        await writeFile(file, `${Buffer.from(pair.getSeed()).toString()}\n`)
      const withKey = await begin(['-c', files.config])
      expect(await refusalAt(`nats://${withKey}?nkey=${files.ours}`)).toBeNull()
      expect(await refusalAt(`nats://${withKey}?nkey=${files.theirs}`)).toBe('us')
      expect(await refusalAt(`nats://${withKey}`)).toBe('us')
    }, 60_000)
  },
)
