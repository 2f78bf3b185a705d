import { PREFIX } from './unwrapped.ts'
import type { Hint } from './unwrapped.ts'

/** How what groups say and do looks outside (docs/conversations.md). */

/** @param wire base64url */
export const messageText = (group: string, hint: Hint, wire: string): string =>
  `${PREFIX}m:${group}:${hint.to}:${hint.chain}:${hint.n}:${wire}`

/** A commit for those who are in, a welcome for those who come in, or both, in base64url; empty: none. */
export const handshakeText = (group: string, parts: { readonly commit: string; readonly welcome: string }): string =>
  `${PREFIX}h:${group}:${parts.commit}:${parts.welcome}`

export type GroupText =
  | { readonly kind: 'message'; readonly group: string; readonly hint: Hint; readonly wire: string }
  | { readonly kind: 'handshake'; readonly group: string; readonly commit: string; readonly welcome: string }

const MESSAGE =
  /^mls1:m:(?<group>[\w-]{22}):(?<to>[a-z0-9._-]{1,32}):(?<chain>[0-9a-f-]{36}):(?<n>[1-9]\d{0,9}):(?<wire>[\w-]+)$/u
const HANDSHAKE = /^mls1:h:(?<group>[\w-]{22}):(?<commit>[\w-]*):(?<welcome>[\w-]*)$/u
const MOST = 2 ** 31

/** @returns null when it is not of a form above */
export function readGroupText(text: string): GroupText | null {
  const { group = '', to = '', chain = '', n = '', wire = '' } = MESSAGE.exec(text)?.groups ?? {}
  if (group !== '') {
    return Number(n) > MOST ? null : { kind: 'message', group, hint: { to, chain, n: Number(n) }, wire }
  }
  const { group: id, commit = '', welcome = '' } = HANDSHAKE.exec(text)?.groups ?? {}
  return id === undefined ? null : { kind: 'handshake', group: id, commit, welcome }
}
