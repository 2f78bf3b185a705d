import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { afterAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '../../certificates.ts'
import type { KeyPair } from '../../certificates.ts'
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

    /** Whether one gets there; those who don't have tried at least three times as long as those who do. */
    const reaches = async (url: string, patience = 1_000): Promise<boolean> => {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const timer = setTimeout(() => resolve(false), patience)
      const bus = natsBus({ url, installation: 'x', onState: (isThere) => isThere && resolve(true) })
      const reached = await promise
      clearTimeout(timer)
      await bus.close()
      return reached
    }

    test('with the authority that is named and the right host it works; a stranger’s, another host’s and none at all do not', async () => {
      const [good, other, plain] = [await begin(encrypted(right)), await begin(encrypted(elsewhere)), await begin([])]
      expect(await reaches(`tls://${good}?ca=${authority}`, 15_000)).toBe(true)
      expect(await reaches(`tls://${good.replace('127.0.0.1', 'localhost')}?ca=${authority}`, 15_000)).toBe(true)
      expect(
        await Promise.all([
          reaches(`tls://${good}?ca=${strangeAuthority}`),
          reaches(`tls://${good}`),
          reaches(`tls://${other}?ca=${authority}`),
          reaches(`tls://${other.replace('127.0.0.1', 'localhost')}?ca=${authority}`),
          reaches(`tls://${plain}?ca=${authority}`),
          reaches(`tls://${plain}`),
        ]),
      ).toEqual([false, false, false, false, false, false])
      expect(await reaches(`nats://${plain}`, 15_000)).toBe(true)
    }, 60_000)

    test('a token and an nkey let in whoever has them', async () => {
      const withToken = await begin(['--auth', 'sesame'])
      expect([await reaches(`nats://sesame@${withToken}`, 15_000), await reaches(`nats://guess@${withToken}`)]).toEqual(
        [true, false],
      )
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
      expect(await reaches(`nats://${withKey}?nkey=${files.ours}`, 15_000)).toBe(true)
      expect(
        await Promise.all([reaches(`nats://${withKey}?nkey=${files.theirs}`), reaches(`nats://${withKey}`)]),
      ).toEqual([false, false])
    }, 60_000)
  },
)
