/**
 * What a group of many is: told within the encryption with its beginning and with every commit that changes it, so that whoever is in an
 * epoch of it knows the very same. Docs: docs/conversations.md, decision 0021.
 */
export interface Info {
  /** 16 random bytes in hex. Stays when the group is begun afresh; the server never sees it. */
  readonly id: string
  /** Rises by one with each change. */
  readonly version: number
  readonly title: string
  /** The picture's bytes, base64url. */
  readonly picture: string | null
  /** In the order in which they came in. Always somebody, and always an owner among them. */
  readonly members: readonly InfoMember[]
}

export interface InfoMember {
  /** In lower case. */
  readonly account: string
  readonly role: Role
}

export type Role = 'owner' | 'member'

const PREFIX = 'group:'
/** How the conversation is called wherever one is named: no username holds a colon. */
export const nameOfMany = ({ id }: Pick<Info, 'id'>): string => `${PREFIX}${id}`

export const isNameOfMany = (name: string): boolean => name.startsWith(PREFIX)

export const roleOf = ({ members }: Info, account: string): Role | null =>
  members.find((one) => one.account === account)?.role ?? null
