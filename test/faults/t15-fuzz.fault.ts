import { expect, test } from 'vitest'
import type { Answer } from '../api/kit/exchange.ts'
import { call } from '../api/kit/exchange.ts'
import { makePerson } from '../api/kit/people.ts'
import type { Person } from '../api/kit/people.ts'
import { makeTwo } from '../api/kit/samples.ts'
import { multipart, prepareBodies, rawBytes, structured } from './kit/fuzz.ts'
import { rawLine, strangeLine } from './kit/fuzz-frames.ts'
import { progressOf } from './kit/progress.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { byTier, report } from './kit/report.ts'
import { askServer, makeHousehold, startServer } from './kit/server.ts'
import type { ServerChild } from './kit/server.ts'

/**
 * T15: requests and frames that are nearly right, mangled, or nothing at all, by the hundred thousand. None may be answered 5xx, none may
 * hang, none may end the server, and when it is over the memory is as it was.
 */

const LINES = 8
const FRAMES_OF_LINE = 40
const MIB = 2 ** 20

/** Bytes. `held`: what the program holds when its garbage has gone; `rss`: what the system has given it, which wanders by some tens of MiB. */
interface Weight {
  readonly held: number
  readonly rss: number
}

interface Fuzzed {
  readonly server: ServerChild
  readonly requests: number
  /** What was not as it must be, the first of each kind. */
  readonly strange: readonly string[]
  readonly memory: { readonly before: Weight; readonly after: Weight }
  readonly exit: number | null
}

/** Does `work` over and over with so many at a time, until `count` have been done. */
async function inParallel(count: number, atOnce: number, work: (lane: number) => Promise<void>): Promise<void> {
  let left = count
  const lane = async (which: number) => {
    while (left-- > 0) await work(which)
  }
  await Promise.all(Array.from({ length: atOnce }, (_, which) => lane(which)))
}

async function fuzz(requests: number, env: Readonly<Record<string, string>>): Promise<Fuzzed> {
  const household = await makeHousehold({})
  // V8's nursery grows with the garbage and hides what is held; kept small, memory that grows is memory that leaks.
  const nursery = { NODE_OPTIONS: '--max-semi-space-size=2' }
  const server = await startServer({ data: household.data, program: 'watched.ts', env: { ...nursery, ...env } })
  const base = server.address
  const two = await makeTwo(base, 'a browser')
  const people: Person[] = []
  for (let n = 0; n < LINES; n++) people.push(await makePerson(base, 'line', 'a fuzzer'))
  const bodies = await prepareBodies(two)
  const random = randomFrom()
  const strange = new Set<string>()
  let done = 0
  const said = progressOf('T15', requests, 'requests and frames')
  const judge = (what: string, { status, text }: Answer, mayBeSilent = false) => {
    done += 1
    said(Math.min(done, requests))
    if (status >= 500) strange.add(`${what} was answered ${status}`)
    if (status === 0 && !mayBeSilent) strange.add(`${what} was not answered: ${text}`)
  }
  const line = async (lane: number) => {
    const person = people[lane]
    if (person === undefined || !server.lives()) return
    done += FRAMES_OF_LINE
    said(Math.min(done, requests))
    const wrong = await strangeLine(base, person, { frames: FRAMES_OF_LINE, random, people })
    if (wrong !== null) strange.add(wrong)
    done += 1
    await rawLine(base, person, { random, people })
  }
  const round = async (share: number) => {
    await inParallel((share * 0.6) / (FRAMES_OF_LINE + 1), LINES, line)
    await inParallel(share * 0.33, 32, async () => judge('a request', await structured(two, bodies, random)))
    await inParallel(share * 0.03, 8, async () => judge('a form', await multipart(two, random)))
    await inParallel(share * 0.04, 48, async () => judge('bytes', await rawBytes(two, bodies, random), true))
  }
  const weigh = async (): Promise<Weight> => {
    if (!server.lives()) return { held: Infinity, rss: Infinity }
    const { rss = 0, heapUsed = 0, external = 0 } = await askServer(server, 'tidy')
    return { held: heapUsed + external, rss }
  }
  await round(requests * 0.3)
  const before = await weigh()
  await round(requests * 0.7)
  const after = await weigh()
  const alive = await call(base, 'get_server_info', {})
  if (alive.status !== 200) strange.add('the server does not answer any more')
  const exit = server.lives() ? await server.stop() : server.child.exitCode
  await household.remove()
  return { server, requests: done, strange: [...strange].slice(0, 20), memory: { before, after }, exit }
}

test('T15 no request and no frame makes the server stumble', async () => {
  const { server, requests, strange, memory, exit } = await fuzz(byTier(200_000, 1_000_000), {})
  const control = await fuzz(10_000, { CHATNIP_MISTAKE: 'throws' })
  report({
    test: 'T15',
    title: 'fuzzed requests and frames',
    counts: { faults: requests, unexpected5xx: strange.length },
    control: {
      name: 'a planted throw',
      failed: control.strange.length > 0,
      found: control.strange[0] ?? 'nothing',
    },
    more: {
      heldMiB: `${Math.round(memory.before.held / MIB)} before, ${Math.round(memory.after.held / MIB)} after`,
      rssMiB: `${Math.round(memory.before.rss / MIB)} before, ${Math.round(memory.after.rss / MIB)} after`,
      seed: SEED,
    },
  })
  expect(strange).toEqual([])
  expect(server.output()).toBe('')
  expect(exit).toBe(0)
  expect(memory.after.held).toBeLessThan(memory.before.held * 1.1 + 8 * MIB)
  expect(memory.after.rss).toBeLessThan(memory.before.rss * 1.1 + 64 * MIB)
  expect(control.strange).not.toEqual([])
})
