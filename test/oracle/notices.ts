import { idsOf } from './facts.ts'
import type { Composed, DeviceFacts, Facts } from './facts.ts'
import type { Violation } from './violations.ts'

/** Whether what is said to be missing is, and what is missing is said to be. */

/** A notice needs a reason: a server that lies or went back, or a sender who took something away. In the end it counts only what is not there. */
export function findFalseNotices(facts: Facts): readonly Violation[] {
  const { noted, composed, excuses, devices } = facts
  const hasReason = (device: string, conversation: string, at: number): boolean =>
    excuses.some(
      (one) =>
        one.at < at &&
        (one.device === null || one.device === device) &&
        (one.conversation ?? composed.get(one.message)?.conversation) === conversation,
    )
  const rash = noted.filter(({ device, conversation, at }) => !hasReason(device, conversation, at))
  const stale = [...devices.values()].flatMap((device) =>
    [...device.missing]
      .filter(([conversation, missing]) => missing > reallyMissing(facts, device, conversation))
      .map(([conversation]) => ({ device: device.device, conversation })),
  )
  const all = new Map([...rash, ...stale].map((one) => [`${one.device} ${one.conversation}`, one]))
  return [...all.values()].map(({ device, conversation }) => ({ kind: 'false notice', device, conversation }))
}

function reallyMissing({ composed, excuses }: Facts, device: DeviceFacts, conversation: string): number {
  const shown = new Set(idsOf(device.views.get(conversation) ?? []))
  const missing = excuses.filter(
    (one) =>
      one.why !== 'discarded' &&
      (one.device === null || one.device === device.device) &&
      (one.why === 'doubted' || !shown.has(one.message)) &&
      (one.conversation ?? composed.get(one.message)?.conversation) === conversation,
  )
  return new Set(missing.map(({ message }) => message)).size
}

/**
 * What a lying server swallowed is counted by a notice of the reader's, or stands at one tick with its writer. Not so for the beginning of
 * what a device says, where another device of the same account has it: nobody who reads can know of it (decision 0010).
 */
export function findUntold(
  facts: Facts,
  lost: readonly { readonly message: Composed; readonly device: DeviceFacts }[],
) {
  const groups = Map.groupBy(lost, ({ message, device }) => `${device.device} ${message.conversation}`)
  return [...groups.values()].flatMap((group): readonly Violation[] => {
    const [first] = group
    const told = first?.device.missing.get(first.message.conversation) ?? 0
    const silent = group.filter((one) => isStored(facts, one.message) && !isHiddenBeginning(facts, one))
    return silent
      .slice(told)
      .map(({ message, device }) => ({ kind: 'loss not told', message: message.message, device: device.device }))
  })
}

const isStored = ({ devices }: Facts, { device, conversation, message }: Composed): boolean =>
  devices
    .get(device)
    ?.views.get(conversation)
    ?.some((line) => line.message === message && line.kind === 'message' && line.isStored === true) === true

function isHiddenBeginning(
  { composed, devices }: Facts,
  { message, device }: { readonly message: Composed; readonly device: DeviceFacts },
): boolean {
  const shown = device.views.get(message.conversation) ?? []
  const isBehind = idsOf(shown).some((id) => {
    const one = composed.get(id)
    return one?.device === message.device && one.at < message.at
  })
  const others = [...devices.values()].filter(({ account }) => account === device.account)
  return !isBehind && others.length > 1
}
