import type { Member } from './rows.ts'
import type { Group } from './state.ts'
import { lower } from './turn.ts'
import type { Turn } from './turn.ts'

/** The account's own devices in a group. */
export const ownIn = (turn: Turn, { members }: Pick<Group, 'members'>): readonly Member[] =>
  members.filter(({ account }) => account === lower(turn.state.own.username))

/** Own devices that a group does not have although it was just begun for all: not tried again for them alone. */
export const lackingIn = (turn: Turn, members: readonly Member[]): Pick<Group, 'lacking'> => {
  const own = lower(turn.state.own.username)
  const here = new Set(members.filter(({ account }) => account === own).map(({ device }) => device))
  const lacking = turn.state.devices.filter((device) => !here.has(device))
  return lacking.length === 0 ? {} : { lacking }
}
