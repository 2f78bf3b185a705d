import { PREFIX } from './unwrapped.ts'
import type { Hint } from './unwrapped.ts'

/** How what groups say and do looks outside (docs/conversations.md). */

/** @param wire base64url */
export const messageText = (group: string, hint: Hint, wire: string): string =>
  `${PREFIX}m:${group}:${hint.to}:${hint.chain}:${hint.n}:${wire}`

interface Parts {
  readonly commit: string
  readonly welcome: string
  /** Of many: what the group is (`Info`), sealed in the epoch that begins. Null: the conversation of two. */
  readonly info: string | null
}

/** A commit for those who are in, a welcome for those who come in, or both, in base64url; empty: none. */
export const handshakeText = (group: string, { commit, welcome, info }: Parts): string =>
  `${PREFIX}h:${group}:${commit}:${welcome}${info === null ? '' : `:${info}`}`

export type GroupText =
  | { readonly kind: 'message'; readonly group: string; readonly hint: Hint; readonly wire: string }
  | ({ readonly kind: 'handshake'; readonly group: string } & Parts)

/** `to` is empty in a group of many. */
const MESSAGE =
  /^mls1:m:(?<group>[\w-]{22}):(?<to>[a-z0-9._-]{0,32}):(?<chain>[0-9a-f-]{36}):(?<n>[1-9]\d{0,9}):(?<wire>[\w-]+)$/u
const HANDSHAKE = /^mls1:h:(?<group>[\w-]{22}):(?<commit>[\w-]*):(?<welcome>[\w-]*)(?::(?<info>[\w-]*))?$/u
const MOST = 2 ** 31

/** @returns null when it is not of a form above */
export function readGroupText(text: string): GroupText | null {
  const { group = '', to = '', chain = '', n = '', wire = '' } = MESSAGE.exec(text)?.groups ?? {}
  if (group !== '') {
    return Number(n) > MOST ? null : { kind: 'message', group, hint: { to, chain, n: Number(n) }, wire }
  }
  const { group: id, commit = '', welcome = '', info } = HANDSHAKE.exec(text)?.groups ?? {}
  return id === undefined ? null : { kind: 'handshake', group: id, commit, welcome, info: info ?? null }
}

/** By the first bit of its id, which all its members agree on: a group of many, and never a conversation of two. */
export const isGroupOfMany = (group: string): boolean => /^[g-z0-9_-]/u.test(group)
