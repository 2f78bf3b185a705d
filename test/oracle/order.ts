import { idsOf } from './facts.ts'
import type { Facts } from './facts.ts'
import type { Violation } from './violations.ts'

/**
 * Where two lists first contradict each other, as the pair (earlier in `one`, later in `one`); null when they agree on all they share.
 * Neighbours of `one` in the order of `other` are enough: if all of them rise, everything does.
 */
export function contradiction(one: readonly string[], other: readonly string[]): readonly [string, string] | null {
  const place = new Map(other.map((message, index) => [message, index]))
  let before: string | null = null
  for (const message of one) {
    const here = place.get(message)
    if (here === undefined) continue
    if (before !== null && here < (place.get(before) ?? -1)) return [before, message]
    before = message
  }
  return null
}

/** All views of a conversation, on every device and at every time, show the same order. */
export function findTurned({ views, devices }: Facts): readonly Violation[] {
  const conversations = Map.groupBy(views, ({ conversation }) => conversation)
  return [...conversations.values()].flatMap((group) => {
    const lists = group.filter(isNews).map(({ device, lines }) => ({ device, ids: [...new Set(idsOf(lines))] }))
    return lists.flatMap((one, index) =>
      lists.slice(index + 1).flatMap((other): readonly Violation[] => {
        const pair = contradiction(one.ids, other.ids)
        if (pair === null || !devices.has(one.device)) return []
        return [{ kind: 'order differs', first: pair[0], second: pair[1], devices: [one.device, other.device] }]
      }),
    )
  })
}

/** A view with fewer than two messages has no order. */
const isNews = ({ lines }: { readonly lines: readonly unknown[] }): boolean => lines.length > 1

/** What one device composed in one conversation stands in that order in every view. */
export function findOvertaken({ views, composed }: Facts): readonly Violation[] {
  return views.flatMap(({ device, lines }) => {
    const latest = new Map<string, string>()
    return idsOf(lines).flatMap((message): readonly Violation[] => {
      const here = composed.get(message)
      if (here === undefined) return []
      const before = latest.get(here.device)
      if (before !== undefined && (composed.get(before)?.at ?? 0) > here.at) {
        return [{ kind: 'sender order', first: message, second: before, device }]
      }
      latest.set(here.device, message)
      return []
    })
  })
}
