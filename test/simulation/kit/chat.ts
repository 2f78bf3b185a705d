import { judge, tell } from '../../oracle/index.ts'
import type { Observation, ServerTables, Violation } from '../../oracle/index.ts'
import type { Deed } from './acts.ts'
import { LAST_WORDS_MS, SPAN_MS, strike } from './faults.ts'
import type { Fault } from './faults.ts'
import { keyName, keysBefore } from './key-names.ts'
import type { Mutant } from './mutants.ts'
import { THE_GROUP } from './names.ts'
import { World } from './world.ts'

/** Who writes how many messages to whom, and from when to when. */
export interface Script {
  readonly accounts: Readonly<Record<string, readonly string[]>>
  readonly notes: readonly { readonly device: string; readonly to: string; readonly count: number }[]
  /** All is written from then on, and until then, in ms. */
  readonly from?: number
  readonly within: number
  /** Who does what to which of the notes, at a moment of that span. */
  readonly deeds?: readonly { readonly device: string; readonly to: string; readonly deed: Deed }[]
  /** Everybody says something more when the server has stopped lying: it shows what is missing at the end. */
  readonly lastWords?: true
  /** Their devices speak MLS with each other. */
  readonly hasGroups?: true
  /** Who makes the group of many, when. */
  readonly group?: { readonly device: string; readonly at: number }
}

/** Alice on two devices, Bob and Carol on one each; also a note to self. */
export const CIRCLE: Script = {
  accounts: { alice: ['laptop', 'phone'], bob: ['desk'], carol: ['tablet'] },
  notes: [
    { device: 'laptop', to: 'bob', count: 2 },
    { device: 'phone', to: 'bob', count: 1 },
    { device: 'desk', to: 'alice', count: 2 },
    { device: 'laptop', to: 'carol', count: 1 },
    { device: 'phone', to: 'alice', count: 1 },
    { device: 'tablet', to: 'alice', count: 1 },
  ],
  within: 1_500,
}

export const CIRCLE_OF_A_LIAR: Script = { ...CIRCLE, lastWords: true }

const react = (note: number, by: string, emoji: string | null): Deed => ({ does: 'react', note, by, emoji })

/** The same, and each of them edits, deletes and reacts; two devices of one person do so to the same message. */
export const LIVELY: Script = {
  ...CIRCLE,
  deeds: [
    { device: 'laptop', to: 'bob', deed: { does: 'edit', note: 1 } },
    { device: 'phone', to: 'bob', deed: { does: 'edit', note: 1 } },
    { device: 'laptop', to: 'bob', deed: { does: 'edit', note: 1 } },
    { device: 'phone', to: 'bob', deed: { does: 'delete', note: 2 } },
    { device: 'laptop', to: 'bob', deed: { does: 'edit', note: 2 } },
    { device: 'desk', to: 'alice', deed: react(1, 'alice', '❤️') },
    { device: 'desk', to: 'alice', deed: react(1, 'alice', '👍') },
    { device: 'phone', to: 'bob', deed: react(4, 'bob', '😀') },
    { device: 'laptop', to: 'bob', deed: react(4, 'bob', null) },
    { device: 'desk', to: 'alice', deed: { does: 'edit', note: 4 } },
    { device: 'tablet', to: 'alice', deed: { does: 'delete', note: 8 } },
    { device: 'phone', to: 'alice', deed: { does: 'edit', note: 7 } },
  ],
}

/** Four messages, two devices: small enough for every crash there is. */
export const PAIR: Script = {
  accounts: { alice: ['laptop'], bob: ['desk'] },
  notes: [
    { device: 'laptop', to: 'bob', count: 2 },
    { device: 'desk', to: 'alice', count: 2 },
  ],
  within: 120,
}

/** The same when their devices have key packages for each other. */
export const PAIR_IN_GROUP: Script = { ...PAIR, from: 1_500, within: 1_620, hasGroups: true }

export const CIRCLE_IN_GROUPS: Script = { ...CIRCLE, hasGroups: true }

/** All of them in one group of many, and a word between two as well. */
export const CIRCLE_OF_MANY: Script = {
  accounts: CIRCLE.accounts,
  notes: [
    { device: 'laptop', to: THE_GROUP, count: 2 },
    { device: 'phone', to: THE_GROUP, count: 1 },
    { device: 'desk', to: THE_GROUP, count: 2 },
    { device: 'tablet', to: THE_GROUP, count: 2 },
    { device: 'tablet', to: 'alice', count: 1 },
  ],
  within: 1_500,
  hasGroups: true,
  from: 10,
  group: { device: 'laptop', at: 1 },
}

export interface Story {
  readonly violations: readonly Violation[]
  /** Empty unless asked for. */
  readonly lines: readonly string[]
  /** Who took part in each step, the first first. */
  readonly steps: readonly string[]
}

export interface Play {
  readonly seed: number
  readonly faults: readonly Fault[]
  readonly script?: Script
  readonly mutant?: Mutant
  readonly isTold?: boolean
}

const GIVE_UP_MS = 15 * 60_000
const LOOK_EVERY_MS = 100

/** Plays a conversation with these faults until everything is quiet, and judges it. */
export async function play({ seed, faults, script = CIRCLE, mutant, isTold = false }: Play): Promise<Story> {
  const world = new World(seed, {
    isTold,
    hasGroups: script.hasGroups === true,
    ...(mutant === undefined ? {} : { mutant }),
  })
  const steps: string[] = []
  for (const [account, devices] of Object.entries(script.accounts)) world.settle(account, ...devices)
  planNotes(world, script)
  planGroup(world, script)
  planDeeds(world, script)
  planFaults(world, faults, steps)
  world.boot()
  const calmAt = Math.max(
    script.within * (script.deeds === undefined ? 1 : 2),
    ...faults.map(({ at }) => (typeof at === 'number' ? at : 0)),
  )
  let lookAt = calmAt
  const isOver = () => {
    if (world.time.now < lookAt) return false
    lookAt = world.time.now + LOOK_EVERY_MS
    return world.isQuiet
  }
  await world.time.play(SPAN_MS / 3, () => false)
  await lookAll(world)
  await world.time.play(GIVE_UP_MS, isOver)
  await lookAll(world)
  const violations = judge(world.observations, tablesOf(world)).filter(isMeant(world))
  for (const violation of violations) world.tell(`!! ${tell(violation)}`)
  return { violations, lines: (world.story ?? []).map(shortenIds), steps }
}

const lookAll = async (world: World): Promise<void> => {
  for (const device of world.devices.values()) await device.look()
}

/**
 * A server that lost count cannot be held to the order, only to loss and doubling. One that lies can show different people another order of what
 * different people said; and what an earlier key signs keeps no place for what it held back before that (decision 0010).
 */
const isMeant =
  (world: World) =>
  (violation: Violation): boolean => {
    const { kind } = violation
    const { restores, observations, keyRings } = world
    // Only where there are groups can a device be unable to read what was sealed before it was in.
    if (world.hasGroups && (isToldGone(world, violation) || isFromBefore(world, violation))) return false
    if (isOfLoneKey(world, violation)) return false
    if (restores > 0)
      return !['order differs', 'content differs', 'sender order', 'gap not marked', 'locked out'].includes(kind)
    if (!observations.some(({ what }) => what === 'withheld')) return true
    const hasNewKeys = [...keyRings.values()].some((ring) => ring.length > 1)
    return kind !== 'order differs' && kind !== 'locked out' && !(hasNewKeys && kind === 'sender order')
  }

/**
 * Sealed before this device was there, and its sender does not give it: it is gone for good, or the account has other keys now than those it was
 * sealed for (decision 0010). Then it is noted as missing.
 */
function isToldGone({ observations, devices, keyRings }: World, violation: Violation): boolean {
  if (violation.kind !== 'lost') return false
  const { message, device } = violation
  const is = (one: Observation, what: Observation['what']): boolean =>
    one.what === what && 'message' in one && one.message === message && 'device' in one && one.device === device
  const isDoubted = observations.some((one) => is(one, 'doubted'))
  const sender = observations.flatMap((one) => (one.what === 'composed' && one.message === message ? one.device : []))
  const isGone = sender.some((name) => devices.get(name)?.hasLeft === true)
  const hasNewKeys = (keyRings.get(devices.get(device)?.account ?? '')?.length ?? 0) > 1
  // Taken away when the server had it already: what could not be read is not given again then.
  const isTakenAway = observations.some((one) => one.what === 'ended' && one.message === message)
  return isDoubted && (isGone || hasNewKeys || isTakenAway)
}

/** Two devices made new keys without knowing of each other's: nobody vouches for one of the two, so what it seals is given again under the other. */
function isOfLoneKey({ observations, keyRings, devices }: World, { kind, ...about }: Violation): boolean {
  if (kind !== 'locked out' || !('message' in about)) return false
  const composed = observations.find((one) => one.what === 'composed' && one.message === about.message)
  const sender = composed?.what === 'composed' ? devices.get(composed.device)?.account : undefined
  // Of what is done to messages it is not known whose it was.
  const rings = sender === undefined ? [...keyRings.values()] : [keyRings.get(sender) ?? []]
  return rings.some((ring) =>
    ring.some((key, at) => ring.slice(0, at).some((later) => !keysBefore(later).includes(keyName(key)))),
  )
}

/** What another device asked for again comes to one that was not there yet as well: it has no place for it, and does not know what was done to it. */
function isFromBefore({ observations }: World, violation: Violation): boolean {
  if (violation.kind !== 'order differs' && violation.kind !== 'content differs') return false
  const { devices } = violation
  const messages = 'message' in violation ? [violation.message] : [violation.first, violation.second]
  const joined = observations.findLastIndex((one) => one.what === 'joined' && devices.includes(one.device))
  return observations.slice(0, joined).some((one) => one.what === 'composed' && messages.includes(one.message))
}

const PREFIX = '00000000-0000-4000-8000-'

const shortenIds = (line: string): string => line.replaceAll(new RegExp(`${PREFIX}0*(\\d+)`, 'g'), 'm$1')

function planNotes(world: World, { notes, from = 10, within, lastWords }: Script): void {
  let number = 0
  const plan = (at: number, device: string, to: string): void => {
    number += 1
    world.devices.get(device)?.person.plan(at, to, noteId(number))
  }
  for (const { device, to, count } of notes) {
    const times = Array.from({ length: count }, () => world.dice.between(from, within)).toSorted((a, b) => a - b)
    for (const at of times) {
      plan(at, device, to)
    }
  }
  for (const at of lastWords === true ? LAST_WORDS_MS : []) for (const { device, to } of notes) plan(at, device, to)
}

function planGroup(world: World, { group, accounts }: Script): void {
  if (group === undefined) return
  const maker = world.devices.get(group.device)
  maker?.person.planGroup(
    group.at,
    Object.keys(accounts).filter((account) => account !== maker.account),
  )
}

const noteId = (number: number): string => `${PREFIX}${String(number).padStart(12, '0')}`

function planDeeds(world: World, { deeds = [], within }: Script): void {
  for (const { device, to, deed } of deeds) {
    world.devices.get(device)?.person.planDeed(world.dice.between(10, within * 2), to, noteId(deed.note), deed)
  }
}

function planFaults(world: World, faults: readonly Fault[], steps: string[]): void {
  const byStep = new Map<number, Fault[]>()
  for (const fault of faults) {
    const { at } = fault
    if (typeof at === 'number') world.time.after(at, 'fault', () => strike(world, fault))
    else byStep.set(at.step, [...(byStep.get(at.step) ?? []), fault])
  }
  world.time.beforeStep = (step, who) => {
    steps.push(who)
    for (const fault of byStep.get(step) ?? []) strike(world, fault)
  }
}

function tablesOf(world: World): ServerTables {
  const { server } = world
  const original = (id: string): string => world.originalOf(id)
  const { mailboxes, texts, dedup } = server.store.tables
  return {
    dedup: [...dedup.values()].map(({ id }) => original(id)),
    mailboxes: [...mailboxes.values()].map((box) => ({ ...box, counted: box.entries.length })),
    texts: [...texts].map(([text, { id, holders }]) => ({ text, message: original(id), holders })),
  }
}
