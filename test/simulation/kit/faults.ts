import fc from 'fast-check'
import { keyText, MOST_BEFORE } from './key-names.ts'
import type { SimDevice } from './device.ts'
import type { Weather } from './sim-store.ts'
import type { World } from './world.ts'

const KINDS = [
  'server crashes',
  'device crashes',
  'line is cut',
  'line goes dead',
  'replies are lost',
  'line is slow',
  'server clock jumps',
  'device clock jumps',
  'store is busy',
  'store is full',
  'store is unsure',
  'disk is full',
  'disk is busy',
  'disk is unsure',
  'wake-ups are lost',
  'device is added',
  'device is removed',
  'account gets new keys',
  'message is taken away',
] as const

const LIES = ['server swallows', 'server drops the end', 'server holds back', 'server turns around'] as const

export type FaultKind = (typeof KINDS)[number] | (typeof LIES)[number] | 'backup is taken' | 'backup is put back'

/** One thing that goes wrong. All of a schedule is such faults, so that shrinking leaves the shortest story. */
export interface Fault {
  /** ms after the start, or the number of the step before which it happens. */
  readonly at: number | { readonly step: number }
  readonly kind: FaultKind
  /** Which of the devices (or accounts); counted round. */
  readonly who: number
  /** How bad: an index into what this kind offers. */
  readonly size: number
}

/** Faults end here (those that last, a little later). */
export const SPAN_MS = 3_000

/** A server lies until then. What is said behind shows what was lost before. */
const LIES_END_MS = SPAN_MS + 500
/** Twice: the first word under a new key tears no gap. */
export const LAST_WORDS_MS: readonly number[] = [LIES_END_MS + 500, LIES_END_MS + 2_000]

const faultOf = (kinds: readonly FaultKind[]): fc.Arbitrary<Fault> =>
  fc.record({
    at: fc.nat(SPAN_MS),
    kind: fc.constantFrom(...kinds),
    who: fc.nat(5),
    size: fc.nat(3),
  })

export const anyFaults: fc.Arbitrary<readonly Fault[]> = fc.array(faultOf(KINDS), { maxLength: 6 })

/** Where those who are in stay who they are: what a further device of theirs missed is not for it (decision 0021). */
const ROUND_MANY = KINDS.filter(
  (kind) => !['device is added', 'device is removed', 'account gets new keys', 'message is taken away'].includes(kind),
)

export const faultsOfMany: fc.Arbitrary<readonly Fault[]> = fc.array(faultOf(ROUND_MANY), { maxLength: 5 })

const ROUND_A_RESTORE: readonly FaultKind[] = [
  'server crashes',
  'device crashes',
  'line is cut',
  'replies are lost',
  'line is slow',
]

/** A backup, its return, and some of what may happen around them. */
export const faultsAroundRestore: fc.Arbitrary<readonly Fault[]> = fc
  .tuple(
    faultOf(['backup is taken']),
    faultOf(['backup is put back']),
    fc.array(faultOf(ROUND_A_RESTORE), { maxLength: 4 }),
  )
  .map(([taken, back, others]) => [taken, back, ...others])

/** A server that lies now and then, and some of what happens to honest ones too. */
export const faultsOfALiar: fc.Arbitrary<readonly Fault[]> = fc
  .tuple(
    fc.array(faultOf(LIES), { minLength: 1, maxLength: 3 }),
    fc.array(faultOf([...ROUND_A_RESTORE, 'account gets new keys']), { maxLength: 3 }),
  )
  .map(([lies, others]) => [...lies, ...others])

const DOWN_MS = [60, 400, 2_500, 100_000] as const
const WHILE_MS = [30, 200, 900, 3_000] as const
const SLOWER_MS = [30, 200, 900, 3_000] as const
const HOUR = 3_600_000
const JUMPS_MS = [HOUR, -HOUR, 87_600 * HOUR, -87_600 * HOUR] as const

const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length]

/** What a fault does to a world, and how the story tells it. */
export function strike(world: World, fault: Fault): void {
  const device = pick(present(world), fault.who)
  const how = device === undefined ? null : act(world, fault, device)
  if (how !== null) world.tell(`** ${how}`)
}

const present = ({ devices }: World): readonly SimDevice[] => [...devices.values()].filter(({ hasLeft }) => !hasLeft)

function act(world: World, { kind, who, size }: Fault, device: SimDevice): string | null {
  const { time, server } = world
  const during = pick(WHILE_MS, size) ?? 0
  switch (kind) {
    case 'server crashes':
      return crashServer(world, pick(DOWN_MS, size) ?? 0)
    case 'device crashes':
      return crashDevice(device, world, pick(DOWN_MS, size) ?? 0)
    case 'line is cut':
    case 'line goes dead':
    case 'replies are lost':
      return harmLine(device, kind)
    case 'line is slow':
      device.slowness = pick(SLOWER_MS, size) ?? 0
      time.after(2_000, device.name, () => (device.slowness = 0))
      return `packets of ${device.name} take ${device.slowness} ms longer for 2 s`
    case 'server clock jumps':
      server.clockError += pick(JUMPS_MS, size) ?? 0
      return `the server's clock is ${server.clockError / HOUR} h wrong`
    case 'device clock jumps':
      device.clockError += pick(JUMPS_MS, size) ?? 0
      return `the clock of ${device.name} is ${device.clockError / HOUR} h wrong`
    case 'store is busy':
    case 'store is full':
    case 'store is unsure':
      return weather(world, server, { name: 'the server', kind, during })
    case 'disk is full':
    case 'disk is busy':
    case 'disk is unsure':
      return weather(world, device, { name: device.name, kind, during })
    case 'wake-ups are lost':
      server.losesWakes = true
      time.after(during, 'server', () => (server.losesWakes = false))
      return `wake-ups are lost for ${during} ms`
    case 'device is added':
      return addDevice(world, device.account)
    case 'device is removed':
      return removeDevice(world, device)
    case 'account gets new keys':
      return newKeys(world, device)
    case 'message is taken away':
      return takeAway(world, device, size)
    case 'server swallows':
    case 'server drops the end':
    case 'server holds back':
    case 'server turns around':
      return lie(world, device, { kind, during, size })
    case 'backup is taken':
      world.takeBackup()
      return null
    case 'backup is put back':
      return restore(world, who)
  }
}

function crashServer(world: World, down: number): string | null {
  const { server, time } = world
  if (!server.isOn) return null
  server.crash()
  time.after(down, 'server', () => {
    if (!server.isOn) server.boot()
  })
  return `the server crashes, back in ${down} ms`
}

function crashDevice(device: SimDevice, { time }: World, down: number): string | null {
  if (!device.isOn) return null
  device.crash()
  time.after(down, device.name, () => {
    if (!device.isOn) device.boot()
  })
  return `${device.name} crashes, back in ${down} ms`
}

function harmLine(
  { wire, name }: SimDevice,
  kind: 'line is cut' | 'line goes dead' | 'replies are lost',
): string | null {
  if (wire === null) return null
  if (kind === 'line is cut') wire.cut()
  else if (kind === 'line goes dead') wire.isHalfOpen = true
  else wire.repliesLost = true
  return `the ${kind.replace('line', `line of ${name}`)}${kind === 'replies are lost' ? ` on the way to ${name}` : ''}`
}

function weather(
  { time }: World,
  host: { weather: Weather },
  { name, kind, during }: { readonly name: string; readonly kind: string; readonly during: number },
): string {
  const word = kind.slice(kind.lastIndexOf(' ') + 1)
  host.weather = word === 'full' || word === 'busy' ? word : 'unsure'
  time.after(during, name === 'the server' ? 'server' : name, () => (host.weather = 'fine'))
  return `the disk of ${name} is ${word} for ${during} ms`
}

const MOST_ADDED = 3

function addDevice(world: World, account: string): string | null {
  if (!world.server.isOn || world.added >= MOST_ADDED) return null
  world.added += 1
  const name = `${account}'s new device ${world.added}`
  world.server.addDevice(account, name).then(
    (isAdded) => (isAdded ? world.newDevice(name, account).boot() : undefined),
    () => undefined,
  )
  return `${name} is added`
}

function removeDevice(world: World, device: SimDevice): string | null {
  const others = present(world).filter(({ account }) => account === device.account)
  if (others.length < 2 || !world.server.isOn) return null
  device.isBeingRemoved = true
  world.server.removeDevice(device.account, device.name).catch(() => undefined)
  return `${device.name} is removed`
}

/** New keys are on the person's paper before the server knows of them. */
function newKeys(world: World, device: SimDevice): string | null {
  const ring = world.keyRings.get(device.account)
  if (ring === undefined || !device.isOn || !world.server.isOn) return null
  const key = keyText(`key ${ring.length + 1} of ${device.account}`, device.keysHeld.slice(0, MOST_BEFORE))
  ring.unshift(key)
  world.server.changeKey(device.account, key).then(
    () => device.restart(),
    () => undefined,
  )
  return `${device.account} makes new keys on ${device.name}`
}

/** Somebody presses "take away" on what waits; it may be on its way already. */
function takeAway(world: World, device: SimDevice, size: number): string | null {
  const { messenger, disk } = device
  const texts = [...disk.rows.outbox.values()].filter(({ value }) => value.act === undefined)
  const row = pick(texts, size)?.value
  if (messenger === null || row === undefined) return null
  world.sees({ what: 'ended', message: world.originalOf(row.id), how: 'discarded' })
  messenger.discard(row.to, row.id).catch(() => undefined)
  return `${device.name} takes a message away`
}

const SWALLOWED = [1, 1, 2, 5] as const

function lie(
  { server, time }: World,
  { name: device }: SimDevice,
  { kind, during: ms, size }: { readonly kind: string; readonly during: number; readonly size: number },
): string {
  const plot = { device, until: LIES_END_MS, left: 1, ms }
  if (kind === 'server swallows') server.lies.plan({ ...plot, how: 'swallow', left: pick(SWALLOWED, size) ?? 1 })
  else if (kind === 'server drops the end')
    server.lies.plan({ ...plot, how: 'swallow', left: Infinity, until: Math.min(LIES_END_MS, time.now + ms) })
  else server.lies.plan({ ...plot, how: kind === 'server holds back' ? 'hold back' : 'turn around' })
  return `the ${kind} for ${device}`
}

function restore(world: World, who: number): string {
  world.restoreBackup()
  world.time.after(pick(DOWN_MS.slice(0, 3), who) ?? 0, 'server', () => {
    if (!world.server.isOn) world.server.boot()
  })
  return 'the backup is put back'
}
