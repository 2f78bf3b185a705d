import { findDiffering } from './contents.ts'
import { factsOf, idsOf, repeated } from './facts.ts'
import type { Composed, DeviceFacts, Facts } from './facts.ts'
import type { Observation, ServerTables } from './observations.ts'
import { findFalseNotices, findUntold } from './notices.ts'
import { findTurned, findOvertaken } from './order.ts'
import { judgeTables } from './tables.ts'
import type { Violation } from './violations.ts'

/**
 * The one verdict of every test of delivery: all that went wrong, nothing when all is well. To be asked when everything is quiet: no
 * faults any more, everybody connected, and time enough to finish.
 *
 * @param tables the server's database in the end, where the test can look into it
 */
export function judge(observations: readonly Observation[], tables: ServerTables | null = null): readonly Violation[] {
  const facts = factsOf(observations)
  return [
    ...findLost(facts),
    ...findTwice(facts),
    ...findTurned(facts),
    ...findOvertaken(facts),
    ...findDiffering(facts),
    ...findUnmarkedGaps(facts),
    ...findFalseNotices(facts),
    ...facts.tooEarly.map(({ device }): Violation => ({ kind: 'told too early', device })),
    ...facts.givenAway.map(({ message, device }): Violation => ({ kind: 'given away', message, device })),
    ...facts.lockedOut.map(({ message, device }): Violation => ({ kind: 'locked out', message, device })),
    ...findUnreadable(facts),
    ...findEndless(facts),
    ...findFailedButDelivered(facts),
    ...findNotMeant(facts),
    ...(tables === null ? [] : judgeTables(facts, tables)),
  ]
}

/** A device is owed what was composed while it belonged to one of the accounts, for as long as it stays. */
const isDue = (message: Composed, device: DeviceFacts): boolean =>
  message.accounts.includes(device.account) && device.joinedAt < message.at && device.leftAt === Infinity

/** What each device shows in the end; looked up for every message and device, so made once. */
const shownOn = (devices: Facts['devices']): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map([...devices].map(([name, { views }]) => [name, new Set([...views.values()].flatMap(idsOf))]))

function findLost(facts: Facts): readonly Violation[] {
  const { devices, composed, accepted, ended, rolledBack, stored, excuses } = facts
  const shown = shownOn(devices)
  const owed = [...composed.values()]
    .filter(({ message }) => accepted.has(message) && !ended.has(message))
    .flatMap((message) =>
      [...devices.values()]
        .filter((device) => isDue(message, device))
        .map((device) => ({ message: message.message, device })),
    )
  // What devices tell each other was composed by nobody, and nobody is to see it.
  const had = stored.flatMap(({ message, device: name }) => {
    const device = devices.get(name)
    return device === undefined || device.leftAt !== Infinity || !composed.has(message) ? [] : [{ message, device }]
  })
  const isMissing = ({ message, device }: { message: string; device: DeviceFacts }): boolean =>
    shown.get(device.device)?.has(message) !== true
  const withheld = new Set(
    excuses.flatMap(({ why, message, device }) => (why === 'withheld' ? [`${message} ${device}`] : [])),
  )
  const isWithheld = ({ message, device }: { message: string; device: DeviceFacts }): boolean =>
    withheld.has(`${message} ${device.device}`)
  const missing = [
    ...owed.filter((one) => !isWithheld(one)).filter(({ message }) => !rolledBack.has(message)),
    // Nobody's backup takes away what a device has said that it has.
    ...had,
  ].filter(isMissing)
  const unique = new Map(missing.map(({ message, device }) => [`${message} ${device.device}`, { message, device }]))
  const swallowed = owed.filter((one) => isWithheld(one) && isMissing(one) && !rolledBack.has(one.message))
  return [
    ...[...unique.values()].map(({ message, device }): Violation => ({ kind: 'lost', message, device: device.device })),
    ...findUntold(
      facts,
      swallowed.flatMap(({ message: id, device }) => {
        const message = composed.get(id)
        return message === undefined ? [] : [{ message, device }]
      }),
    ),
  ]
}

function findTwice({ views, devices, announced }: Facts): readonly Violation[] {
  const inOneView = views.flatMap(({ device, lines }) =>
    [...repeated(idsOf(lines))].map((message) => ({ device, message })),
  )
  const inTwoConversations = [...devices.values()].flatMap(({ device, views: last }) =>
    [...repeated([...last.values()].flatMap((lines) => [...new Set(idsOf(lines))]))].map((message) => ({
      device,
      message,
    })),
  )
  const shown = new Map([...inOneView, ...inTwoConversations].map((one) => [`${one.device} ${one.message}`, one]))
  const told = Map.groupBy(announced, ({ device }) => device)
  return [
    ...[...shown.values()].map(({ device, message }): Violation => ({ kind: 'shown twice', message, device })),
    ...[...told].flatMap(([device, list]) =>
      [...repeated(idsOf(list))].map((message): Violation => ({ kind: 'announced twice', message, device })),
    ),
  ]
}

/** Places that a device was never handed although it was handed later ones. */
function findUnmarkedGaps({ handed, marked }: Facts): readonly Violation[] {
  const byDevice = Map.groupBy(handed, ({ device }) => device)
  return [...byDevice].flatMap(([device, places]): readonly Violation[] => {
    const runs = Map.groupBy(places, ({ run }) => run)
    let missing = 0
    for (const run of runs.values()) {
      const seqs = new Set(run.map(({ seq }) => seq))
      // Not spread into arguments: a mailbox of a hundred thousand places is more than a call can take.
      const [first, last] = [...seqs].reduce(
        ([least, most], seq) => [Math.min(least, seq), Math.max(most, seq)],
        [Infinity, 0],
      )
      missing += last - first + 1 - seqs.size
    }
    const said = marked.get(device) ?? 0
    return missing > said ? [{ kind: 'gap not marked', device, missing, marked: said }] : []
  })
}

const findUnreadable = ({ devices }: Facts): readonly Violation[] =>
  [...devices.values()].flatMap(({ device, views }) =>
    [...views.values()]
      .flat()
      .flatMap(({ kind, message }): readonly Violation[] => (kind === 'unreadable' ? [{ kind, message, device }] : [])),
  )

/** What was composed on a device that is gone for good went with it. */
const findEndless = ({ composed, devices, accepted, ended }: Facts): readonly Violation[] =>
  [...composed.values()]
    .filter(({ message }) => !accepted.has(message) && !ended.has(message))
    .filter(({ device }) => devices.get(device)?.leftAt === Infinity)
    .map(({ message }) => ({ kind: 'no end', message }))

const findNotMeant = ({ devices, composed }: Facts): readonly Violation[] =>
  [...devices.values()].flatMap(({ device, account, views }) =>
    [...views].flatMap(([conversation, lines]) =>
      idsOf(lines)
        .filter((message) => {
          const meant = composed.get(message)
          return meant?.conversation !== conversation || !meant.accounts.includes(account)
        })
        .map((message): Violation => ({ kind: 'not meant', message, device })),
    ),
  )

const findFailedButDelivered = ({ devices, composed, ended }: Facts): readonly Violation[] =>
  [...devices.values()].flatMap(({ device, views }) =>
    [...views.values()].flat().flatMap(({ message }): readonly Violation[] => {
      const isOwn = composed.get(message)?.device === device
      return isOwn || ended.get(message) !== 'failed' ? [] : [{ kind: 'failed but delivered', message, device }]
    }),
  )
