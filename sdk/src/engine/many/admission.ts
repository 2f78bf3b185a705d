import type { Write } from '../rows.ts'
import { pumpService, tell } from '../tell.ts'
import { effect, isOwn, lower, patch } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { roleOf } from './info.ts'
import { manyAbout } from './peers.ts'
import { addWish } from './wishes.ts'

/**
 * How a further device of a member comes in, without anybody doing anything: it says that it is there, by an envelope, to the own other devices when
 * it is new, and to whoever says something that it cannot read. Who is in claims its key packages, which the account's pinned key has signed
 * for, and adds it.
 */

const AGAIN_MS = 30_000
/** The own other devices are told when the key packages of this one have had time to arrive. */
const GREET_MS = 3_000

/** Whoever sends what cannot be read under ever new groups makes us forget what was noted before, and no more. */
const MOST_NOTED = 500

/** Whether this was done in the last so many ms. If not, it is noted that it is done now. */
export function wasLately(turn: Turn, what: string, ms: number): boolean {
  const { admissions } = turn.state
  const last = admissions.get(what)
  if (last !== undefined && Math.abs(turn.now - last) < ms) return true
  const rest = [...admissions].filter(([key]) => key !== what)
  patch(turn, { admissions: new Map([...rest.slice(1 - MOST_NOTED), [what, turn.now]]) })
  return false
}

/** @param ask `group` empty: into all that this account is in */
export function askToBeLetIn(turn: Turn, { group, sender }: { readonly group: string; readonly sender: string }): void {
  if (wasLately(turn, `${group} ${sender}`, AGAIN_MS)) return
  tell(turn, { to: lower(sender), body: { type: 'admit', chain: '', group }, about: { number: 0, news: 0 } })
  pumpService(turn)
}

/** Key packages that nobody has seen yet are on their way to the server: this device is new, or has other keys. */
export const armGreeting = (turn: Turn): void => effect(turn, { type: 'timer', name: 'greet', ms: GREET_MS })

export function onGreetTimer(turn: Turn): void {
  // What is told off the line is forgotten on the next.
  if (turn.state.line.phase !== 'online') return armGreeting(turn)
  askToBeLetIn(turn, { group: '', sender: turn.state.own.username })
}

/** Somebody's device, surely theirs, wants to come in. @returns what puts that on disk */
export function admit(
  turn: Turn,
  { account, group }: { readonly account: string; readonly group: string },
): readonly Write[] {
  const asked = group === '' ? [...turn.state.peers.values()] : [manyAbout(turn, group)]
  if (group === '' && !isOwn(turn, account)) return []
  return asked.flatMap((peer) => {
    const isMember = peer?.many?.isIn === true && roleOf(peer.many.info, account) !== null
    return peer !== undefined && isMember ? addWish(turn, peer, { type: 'devices', account }) : []
  })
}
