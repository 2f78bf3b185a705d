import { aboutOf } from './alter.ts'
import type { Content } from './content.ts'
import { toldOf } from './files.ts'
import type { MessageLine } from './rows.ts'
import type { OutboxItem } from './state.ts'
import { findItem, isOwn } from './turn.ts'
import type { Turn } from './turn.ts'

/** What a message in the outbox says, and what becomes of it when the server has it. */

/** Its files are still on their way, or those of what it is about. What comes after it in the conversation goes before it. */
export function isHeldBack(turn: Turn, { isHeld, act }: OutboxItem): boolean {
  if (act === undefined) return isHeld === true
  const about = aboutOf(turn, act)
  return isOwn(turn, about.sender) && findItem(turn, about.id)?.isHeld === true
}

/** As it travels. */
export const contentOf = ({ text, act, re, setting, life, files }: OutboxItem): Content =>
  act ??
  setting ?? {
    type: 'text',
    ...toldOf({ text, ...(files === undefined ? {} : { files }) }),
    ...(re === undefined ? {} : { re }),
    ...(life === undefined ? {} : { life }),
  }

/** Fingerprint of the key that signed it. */
export const signerOf = ({ state }: Turn, { sealed }: OutboxItem): string => sealed?.signedBy ?? state.own.fingerprint

export const acceptedLine = (turn: Turn, item: OutboxItem): MessageLine => ({
  kind: 'message',
  id: item.id,
  sender: turn.state.own.username,
  own: true,
  text: item.text,
  at: item.at,
  state: 'accepted',
  mark: null,
  reason: null,
  fingerprint: signerOf(turn, item),
  knownSince: null,
  // The original is here: of what is deleted there no word stays here.
  ...(item.re === undefined ? {} : { re: { ...item.re, text: '' } }),
  ...(item.life === undefined ? {} : { life: item.life }),
  ...(item.files === undefined ? {} : { files: item.files }),
  ...(item.sealed?.group === undefined ? {} : { inGroup: true }),
  ...linkOf(item),
})

export const linkOf = ({ sealed }: OutboxItem): Pick<MessageLine, 'link'> => {
  const link = sealed?.link ?? null
  return link === null ? {} : { link: { chain: link.chain, n: link.n } }
}
