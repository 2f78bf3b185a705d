import { roleOf } from './info.ts'
import type { Info, InfoMember, Role } from './info.ts'

/** What a group is, as a value: how it is written and read, and what it becomes by a change. */

export const LIMITS_OF_MANY = { titleCharacters: 100, pictureBytes: 12 * 1024, members: 200, devices: 200 } as const

const ID = /^[0-9a-f]{32}$/
const ACCOUNT = /^[a-z0-9._-]{1,32}$/
const BASE64URL = /^[\w-]+$/
const PICTURE_CHARACTERS = Math.ceil((LIMITS_OF_MANY.pictureBytes * 4) / 3)
const MOST_VERSION = 2 ** 40

type Fields = Readonly<Record<string, unknown>>

export const writeInfo = ({ id, version, title, picture, members }: Info): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({ v: 1, group: { id, version, title, picture, members: members.map(memberOf) } }),
  )

const memberOf = ({ account, role }: InfoMember): InfoMember => ({ account, role })

/** @returns null when it is not of that form: it is no group's, or a newer version's */
export function readInfo(bytes: Uint8Array): Info | null {
  try {
    const { v, group }: Fields = { ...JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
    return v === 1 && typeof group === 'object' && group !== null ? infoOf({ ...group }) : null
  } catch {
    return null
  }
}

function infoOf({ id, version, title, picture, members }: Fields): Info | null {
  if (typeof id !== 'string' || !ID.test(id) || !isVersion(version) || !isTitle(title) || !isPicture(picture))
    return null
  const list = Array.isArray(members) ? members.map(readMember) : []
  const known = list.filter((one) => one !== null)
  const isWhole = known.length === list.length && new Set(known.map(({ account }) => account)).size === known.length
  if (!isWhole || known.length > LIMITS_OF_MANY.members || !known.some(({ role }) => role === 'owner')) return null
  return { id, version, title, picture, members: known }
}

const isVersion = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_VERSION

export const isTitle = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= LIMITS_OF_MANY.titleCharacters

const isPicture = (value: unknown): value is string | null =>
  value === null || (typeof value === 'string' && value.length <= PICTURE_CHARACTERS && BASE64URL.test(value))

function readMember(value: unknown): InfoMember | null {
  if (typeof value !== 'object' || value === null) return null
  const { account, role }: Fields = { ...value }
  if (typeof account !== 'string' || !ACCOUNT.test(account)) return null
  return role === 'owner' || role === 'member' ? { account, role } : null
}

export const sameInfo = (a: Info, b: Info): boolean => a.version === b.version && sameContent(a, b)

const sameContent = (a: Info, b: Info): boolean =>
  a.id === b.id &&
  a.title === b.title &&
  a.picture === b.picture &&
  a.members.length === b.members.length &&
  a.members.every(({ account, role }, at) => b.members[at]?.account === account && b.members[at]?.role === role)

type Change = Partial<Pick<Info, 'title' | 'picture' | 'members'>>

/** As it is after a change: the version goes up, and somebody always owns it. @returns the same when nothing changes */
export function changed(info: Info, change: Change): Info {
  const next = { ...info, ...change }
  const whole = { ...next, members: withOwner(next.members) }
  return sameContent(info, whole) ? info : { ...whole, version: info.version + 1 }
}

/** When the last owner goes, who has been in for longest is owner. */
const withOwner = (members: readonly InfoMember[]): readonly InfoMember[] =>
  members.some(({ role }) => role === 'owner')
    ? members
    : members.map((one, at) => (at === 0 ? { ...one, role: 'owner' } : one))

export const without = (info: Info, accounts: readonly string[]): Info =>
  changed(info, { members: info.members.filter(({ account }) => !accounts.includes(account)) })

export const withMembers = (info: Info, accounts: readonly string[]): Info => {
  const fresh = accounts.filter((account) => roleOf(info, account) === null)
  return changed(info, {
    members: [...info.members, ...fresh.map((account) => ({ account, role: 'member' as const }))],
  })
}

export const withRole = (info: Info, account: string, role: Role): Info =>
  changed(info, { members: info.members.map((one) => (one.account === account ? { ...one, role } : one)) })
