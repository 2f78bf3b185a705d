import { decodeStrictly } from '@chatnip/crypto'
import type { Peer } from '../engine/rows.ts'
import { roleOf } from '../engine/many/info.ts'
import type { News } from '../engine/many/news.ts'
import type { State } from '../engine/state.ts'
import type { GroupNews, GroupPicture, GroupView } from '../messenger.ts'
import { pictureTypeOf } from './pictures.ts'

/** An account's name as registered. @param account in lower case */
export function accountName({ own, peers }: State, account: string): string {
  return account === own.username.toLowerCase() ? own.username : (peers.get(account)?.name ?? account)
}

export function groupView(state: State, { many }: Peer): GroupView | null {
  if (many === undefined) return null
  const { info, isIn, wishes } = many
  const own = state.own.username.toLowerCase()
  const members = info.members.map(({ account, role }) => {
    const peer = state.peers.get(account)
    const compared = account === own || (peer?.compared === true && peer.candidate === null)
    return { name: accountName(state, account), role, own: account === own, compared }
  })
  const role = isIn ? roleOf(info, own) : null
  return { title: info.title, picture: pictureOf(info.picture), members, role, isChanging: wishes.length > 0 }
}

/** The last ones: lists are painted often. */
const known = new Map<string, GroupPicture | null>()
const MOST_KNOWN = 200

function pictureOf(text: string | null): GroupPicture | null {
  if (text === null) return null
  const before = known.get(text)
  if (before !== undefined) return before
  const bytes = decodeStrictly(text)
  const type = bytes === null ? null : pictureTypeOf(bytes)
  const data = text.replaceAll('-', '+').replaceAll('_', '/')
  const picture = type === null ? null : { type, data: data.padEnd(Math.ceil(data.length / 4) * 4, '=') }
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, picture)
  return picture
}

export const newsView = (state: State, news: News): GroupNews =>
  'who' in news ? { ...news, who: news.who.map((account) => accountName(state, account)) } : news
