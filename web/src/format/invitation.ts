/**
 * An invitation of somebody: `/invite#by=NAME&key=FINGERPRINT&invite=CODE`. It stands in the fragment, which browsers keep to themselves: the
 * server learns nothing of it.
 */
export interface Invitation {
  /** The account that invites. */
  readonly by: string
  /** The fingerprint of its key, as it is shown: ten groups of four. */
  readonly key: string
  /** For a server that takes new people by invitation; empty: none. */
  readonly code: string
}

const NAME = /^[\w.-]{1,32}$/u
const KEY = /^[\da-f]{40}$/u
const CODE = /^[\w-]{0,64}$/u

/** @returns null when it is none, or not whole */
export const readInvitation = (fragment: string): Invitation | null => {
  const fields = new URLSearchParams(fragment.replace(/^#/u, ''))
  const [by, key, code] = [fields.get('by') ?? '', fields.get('key') ?? '', fields.get('invite') ?? '']
  const isOnce = [...fields.keys()].length === new Set(fields.keys()).size
  if (!isOnce || !NAME.test(by) || !KEY.test(key) || !CODE.test(code)) return null
  return { by, key: key.replaceAll(/(.{4})(?=.)/gu, '$1 '), code }
}

/** @param origin of the server, as the address bar has it */
export const invitationLink = (origin: string, { by, key, code }: Invitation): string => {
  const fields = new URLSearchParams({ by, key: key.replaceAll(' ', '') })
  if (code.trim() !== '') fields.set('invite', code.trim())
  return `${origin}/invite#${fields.toString()}`
}
