import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { post } from './kit/http.ts'
import { pause } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, portOf, startServer } from './kit/server.ts'
import type { Login } from './kit/server.ts'

/**
 * T17: the server is killed while key packages are uploaded and claimed, and uploads that were not answered are sent again. No key package may
 * be handed out twice, whatever was known when the server died; and all that was taken is handed out in the end.
 */

const CLAIMERS = 6
const AT_ONCE = 20

interface Claimed {
  /** Everything that anybody got, in no order. */
  readonly handedOut: readonly string[]
  /** Uploads that were answered. */
  readonly accepted: readonly string[]
}

/** Sends until there is an answer: the server may be away. Null: it never came, since all is over. */
async function insist(ask: () => Promise<{ status: number; text: string }>, isOver: () => boolean) {
  while (!isOver()) {
    const answer = await ask().catch(() => null)
    if (answer?.status === 200) return answer.text
    await pause(10)
  }
  return null
}

function keyPackagesOf(text: string): string[] {
  const reply: { key_packages: { key_package: string }[] } = JSON.parse(text)
  return reply.key_packages.map(({ key_package: one }) => one)
}

async function killAgainAndAgain(kills: number, program?: string): Promise<Claimed> {
  const people = Object.fromEntries(Array.from({ length: CLAIMERS }, (_, number) => [`claimer${number}`, 1]))
  const household = await makeHousehold({ bob: 1, ...people })
  const [[bob] = [], ...others] = household.devices
  if (bob === undefined) throw new Error('Nobody was made.')
  const start = (port: number) =>
    startServer({ data: household.data, port, ...(program === undefined ? {} : { program }) })
  let server = await start(0)
  const { address } = server
  const random = randomFrom()
  let isOver = false
  const handedOut: string[] = []
  const accepted: string[] = []

  const upload = async () => {
    while (!isOver) {
      const key_packages = Array.from({ length: AT_ONCE }, () => randomUUID())
      const answer = await insist(
        () => post(address, 'upload_key_packages', { key_packages }, bob.session),
        () => isOver,
      )
      if (answer !== null) accepted.push(...key_packages)
      // What there is room for is not known while answers are lost: so it waits until few are left.
      for (let count = Infinity; count > AT_ONCE && !isOver; await pause(5)) {
        const text = await insist(
          () => post(address, 'count_key_packages', {}, bob.session),
          () => isOver,
        )
        count = text === null ? 0 : Number(JSON.parse(text).count)
      }
    }
  }
  /** A claim whose answer was lost may have taken one; that one is nobody's. */
  const claim = async ({ session }: Login) => {
    while (!isOver) {
      const answer = await post(address, 'claim_key_packages', { destname: 'bob' }, session).catch(() => null)
      if (answer?.status === 200) handedOut.push(...keyPackagesOf(answer.text))
      else await pause(10)
    }
  }
  const work = [upload(), ...others.flat().map(claim)]
  const said = progressOf('T17', kills, 'kills')
  for (let kill = 0; kill < kills; kill++) {
    await pause(random.between(100, 400))
    const port = portOf(server)
    await server.kill()
    server = await start(port)
    said(kill + 1)
  }
  await pause(200)
  isOver = true
  await Promise.all(work)
  for (let got = ['first']; got.length > 0;) {
    const answer = await post(address, 'claim_key_packages', { destname: 'bob' }, others[0]?.[0]?.session ?? '')
    got = keyPackagesOf(answer.text)
    handedOut.push(...got)
  }
  await server.stop()
  await household.remove()
  return { handedOut, accepted }
}

const twice = ({ handedOut }: Claimed): number => handedOut.length - new Set(handedOut).size

test('T17 kill -9 of the server hands out no key package twice', async () => {
  const kills = byTier(10, 60)
  const claimed = await killAgainAndAgain(kills)
  const control = await killAgainAndAgain(byTier(4, 10), 'hands-out-early.ts')
  report({
    test: 'T17',
    title: 'kill -9 while key packages are claimed',
    counts: { faults: kills, accepted: claimed.handedOut.length, twice: twice(claimed) },
    control: {
      name: 'hands out before it is written down',
      failed: twice(control) > 0,
      found: `${twice(control)} handed out twice`,
    },
    more: { seed: SEED },
  })
  expect(twice(claimed)).toBe(0)
  // Of each claim under way at a kill the answer may have been lost, and with it one; no more than that is missing.
  const got = new Set(claimed.handedOut)
  expect(claimed.accepted.filter((one) => !got.has(one)).length).toBeLessThanOrEqual(kills * CLAIMERS)
  expect(claimed.handedOut.length).toBeGreaterThan(kills * 10)
  expect(twice(control)).toBeGreaterThan(0)
})
