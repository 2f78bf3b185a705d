import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { LIMITS } from '@chatnip/protocol'
import { RawDevice, settle } from './kit/device.ts'
import { pause } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { isRelease, report } from './kit/report.ts'
import { askServer, makeHousehold, memoryOf, startServer } from './kit/server.ts'
import type { Household, Login, ServerChild } from './kit/server.ts'

/**
 * T11: devices that are connected and take nothing, half of them stopped with their whole process (SIGSTOP), half of them a socket that
 * nobody reads, while megabytes are sent to each. The same was sent before to devices that do take it: what the server's memory grows by
 * beyond that, and what it does to the others' latency, is the doing of the stopped ones.
 */

const MIB = 2 ** 20
const TEXT_BYTES = 60_000
const PROGRAM = fileURLToPath(new URL('programs/never-reads.ts', import.meta.url))
/** Live pairs write so often. */
const EVERY_MS = 10
/** Longer than any machine needs. */
const LONG_MS = 1_800_000

/** How many are stopped (and as many take it), and how many pairs are live beside them. */
interface Crowd {
  readonly stopped: number
  readonly pairs: number
}

/** Accounts: writers `w…` of the flood, `t…` who take it, `s…` who are stopped, and live pairs `a…` to `b…`. */
function namesOf({ stopped, pairs }: Crowd): Record<string, number> {
  const names: Record<string, number> = {}
  for (const kind of ['w', 't', 's']) for (let n = 0; n < stopped; n++) names[`${kind}${n}`] = 1
  for (const kind of ['a', 'b']) for (let n = 0; n < pairs; n++) names[`${kind}${n}`] = 1
  return names
}

const loginsOf = ({ devices }: Household, kind: string): readonly Login[] =>
  devices.flat().filter(({ account }) => account.startsWith(kind))

interface Stopped {
  /** Ends them. */
  end(): void
}

async function stopThem(server: ServerChild, logins: readonly Login[]): Promise<Stopped> {
  const half = Math.ceil(logins.length / 2)
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, server.address]
  const child = spawn(process.execPath, [...args, ...logins.slice(0, half).map(({ session }) => session)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  const unread = logins.slice(half).map(({ session }) => {
    const headers = { authorization: `Bearer ${session}` }
    const ws = new WebSocket(`${server.address.replace('http', 'ws')}/socket`, { headers, perMessageDeflate: false })
    ws.on('open', () => ws.pause())
    ws.on('error', () => undefined)
    return ws
  })
  await Promise.all(unread.map((ws) => once(ws, 'open')))
  return {
    end: () => {
      child.kill('SIGKILL')
      for (const ws of unread) ws.terminate()
    },
  }
}

const percentile = (list: readonly number[], part: number): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length * part)] ?? 0

/** Live pairs, and how long each of their messages took. */
function startLive(server: ServerChild, household: Household, recorder: Recorder) {
  const sentAt = new Map<string, number>()
  let latencies: number[] = []
  const onReceived = (message: string) => {
    const at = sentAt.get(message)
    if (at !== undefined) latencies.push(performance.now() - at)
  }
  const { address } = server
  const from = loginsOf(household, 'a').map((login) => new RawDevice({ address, login, name: login.account, recorder }))
  const to = loginsOf(household, 'b').map(
    (login) => new RawDevice({ address, login, name: login.account, recorder, onReceived }),
  )
  for (const device of [...from, ...to]) device.start()
  let turn = 0
  const pace = setInterval(() => {
    const device = from[turn++ % from.length]
    if (device?.isOnline() === true) sentAt.set(device.compose(device.account.replace('a', 'b')), performance.now())
  }, EVERY_MS)
  return {
    /** The p99 since the last time of asking. */
    p99: () => {
      const here = percentile(latencies, 0.99)
      latencies = []
      return here
    },
    stop: async () => {
      clearInterval(pace)
      await settle(from, () => to.reduce((sum, device) => sum + device.received(), 0) >= sentAt.size, LONG_MS)
      for (const device of [...from, ...to]) device.stop()
    },
  }
}

/** Long messages per second in all: much, and no more than a disk takes, or the latency would be that of a disk that is behind. */
const FLOOD_RATE = 150
/** A machine that needs so much longer for the flood than it should has other things to do, and its latencies say nothing. */
const TOO_SLOW = 1.3

/**
 * Each writer sends so many long messages to its own addressee, at a steady pace; resolves when all are accepted.
 * @returns how many times longer it took than it should
 */
async function flood(writers: readonly RawDevice[], kind: string, each: number): Promise<number> {
  const all = writers.length * each
  const whom = kind === 's' ? 'messages to those who are stopped' : 'messages to those who take them'
  const said = progressOf('T11', all, whom)
  const began = performance.now()
  let composed = 0
  const pace = setInterval(() => {
    const due = Math.min(all, ((performance.now() - began) / 1_000) * FLOOD_RATE)
    for (; composed < due; composed++) {
      const writer = writers[composed % writers.length]
      writer?.compose(writer.account.replace('w', kind))
    }
  }, EVERY_MS)
  const waiting = () => writers.reduce((sum, writer) => sum + writer.waiting(), 0)
  await settle(writers, () => (said(composed - waiting()), composed >= all), LONG_MS)
  clearInterval(pace)
  return ((performance.now() - began) / 1_000) * (FLOOD_RATE / all)
}

/** @returns what ends the watch and says the most that there was */
function watchMemory(server: ServerChild): () => number {
  let most = 0
  const watch = setInterval(() => void memoryOf(server.pid).then((now) => (most = Math.max(most, now))), 50)
  return () => {
    clearInterval(watch)
    return most
  }
}

interface Flooded {
  readonly recorder: Recorder
  readonly violations: ReturnType<Recorder['verdict']>
  readonly grownBytes: number
  readonly mostBuffered: number
  /** p99 of the live pairs. */
  readonly latency: { readonly taken: number; readonly stopped: number; readonly isJudged: boolean }
}

async function floodStopped(crowd: Crowd, mebibytes: number, mistake?: string): Promise<Flooded> {
  const household = await makeHousehold(namesOf(crowd))
  // V8 lets its nursery grow with the garbage, to 100 MiB in two threads however little is held; kept small, what is measured is what is held.
  const env = {
    NODE_OPTIONS: '--max-semi-space-size=2',
    ...(mistake === undefined ? {} : { CHATNIP_MISTAKE: mistake }),
  }
  const server = await startServer({ data: household.data, program: 'watched.ts', env })
  const recorder = new Recorder()
  const device = (login: Login) =>
    new RawDevice({ address: server.address, login, name: login.account, recorder, window: 2, size: TEXT_BYTES })
  const writers = loginsOf(household, 'w').map(device)
  const takers = loginsOf(household, 't').map(device)
  for (const one of [...writers, ...takers]) one.start()
  const live = startLive(server, household, recorder)
  const each = Math.floor((mebibytes * MIB) / TEXT_BYTES)
  await pause(500)
  live.p99()
  const peakOfTaken = watchMemory(server)
  const takenIn = await flood(writers, 't', each)
  await settle([], () => takers.every((taker) => taker.received() >= each), LONG_MS)
  const taken = live.p99()
  const before = peakOfTaken()
  await askServer(server, 'tidy')
  const stopped = await stopThem(server, loginsOf(household, 's'))
  await askServer(server, 'begin')
  const peakOfStopped = watchMemory(server)
  live.p99()
  const slowness = Math.max(takenIn, await flood(writers, 's', each))
  await pause(500)
  const latency = { taken, stopped: live.p99(), isJudged: slowness <= TOO_SLOW }
  const grownBytes = peakOfStopped() - before
  const { mostBuffered = 0 } = await askServer(server, 'how much')
  await live.stop()
  for (const one of [...writers, ...takers]) one.stop()
  stopped.end()
  // What the stopped ones never took is still there for them.
  const late = loginsOf(household, 's').map(device)
  for (const one of late) one.start()
  await settle([], () => late.every((one) => one.received() >= each), LONG_MS)
  for (const one of late) one.stop()
  expect(await server.stop()).toBe(0)
  const violations = recorder.verdict(household.data)
  await household.remove()
  return { recorder, violations, grownBytes, mostBuffered, latency }
}

const mib = (bytes: number): number => Math.round((bytes / MIB) * 10) / 10

interface Control {
  readonly name: string
  readonly failed: boolean
  readonly found: string
}

function expectHarmless(title: string, crowd: Crowd, flooded: Flooded, control?: Control): void {
  const { recorder, violations, grownBytes, mostBuffered, latency } = flooded
  const { isJudged } = latency
  report({
    test: 'T11',
    title,
    counts: countsOf(recorder, violations, { faults: crowd.stopped }),
    ...(control === undefined ? {} : { control }),
    more: {
      live: 2 * crowd.pairs,
      grownMiB: mib(grownBytes),
      mostBufferedMiB: mib(mostBuffered),
      p99WithTakers: Math.round(latency.taken),
      p99WithStopped: Math.round(latency.stopped),
      ...(isJudged ? {} : { latency: 'not judged: the machine was too busy to keep the pace' }),
    },
  })
  expectNothingWrong(violations)
  expect(grownBytes).toBeLessThanOrEqual(64 * MIB)
  // The frame that reaches the bound may go beyond it.
  expect(mostBuffered).toBeLessThanOrEqual(LIMITS.socketBufferBytes + 2 * LIMITS.messageTextBytes)
  const most = isJudged ? 2 * latency.taken + 50 : Infinity
  expect(latency.stopped).toBeLessThanOrEqual(most)
}

test('T11 who takes nothing costs the others nothing', async () => {
  const few = { stopped: 8, pairs: 8 }
  const flooded = await floodStopped(few, 16)
  const { grownBytes, mostBuffered } = await floodStopped({ stopped: 4, pairs: 4 }, 40, 'sends without looking')
  const failed = grownBytes > 64 * MIB && mostBuffered > 2 * MIB
  const found = `grew by ${mib(grownBytes)} MiB, ${mib(mostBuffered)} MiB in one connection`
  expectHarmless('stopped consumers', few, flooded, { name: 'sends without looking', failed, found })
  expect(failed).toBe(true)
})

// A gigabyte in all: most of it lies in the kernel, so how much one connection may hold is for the test above to show.
test.runIf(isRelease)('T11 many who take nothing cost the others nothing', async () => {
  const crowd = { stopped: 200, pairs: 100 }
  const flooded = await floodStopped(crowd, 5)
  expect(flooded.recorder.accepted()).toBeGreaterThan(0)
  expectHarmless('two hundred stopped consumers', crowd, flooded)
})
