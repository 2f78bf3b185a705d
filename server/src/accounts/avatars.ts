import { createHash } from 'node:crypto'
import { ChatnipError } from '@chatnip/protocol'
import type { Files } from '../files/files.ts'
import type { AccountNumber, Store } from '../store/store.ts'
import { redraw } from './picture.ts'

/** Pictures are named by the SHA-256 of their bytes, so they never change and are never guessed. */
export interface Avatars {
  /** @throws ChatnipError image_invalid, too_large, too_many (more pictures at once than can be drawn) */
  set(account: AccountNumber, upload: Uint8Array): Promise<void>
  clear(account: AccountNumber): Promise<void>
  /** Forgets the picture of an account that is gone. */
  remove(hash: string): Promise<void>
  /** The path under which the account's picture, or its default, is served. Unknown names have a default as well. */
  pathOf(username: string): Promise<string>
  /** The bytes, or null. */
  read(hash: string): Promise<Uint8Array | null>
}

/** Decoding takes up to 160 MB a picture; two at a time is plenty. */
const AT_ONCE = 2

const nameOf = (hash: string): string => `avatars/${hash}.webp`

export function openAvatars(store: Store, files: Files): Avatars {
  let drawing = 0

  const draw = async (upload: Uint8Array) => {
    if (drawing >= AT_ONCE) throw new ChatnipError('too_many', { retryAfter: 2 })
    drawing += 1
    try {
      return await redraw(upload)
    } finally {
      drawing -= 1
    }
  }
  // Setting and clearing take turns: two at once would each leave the other's file behind, or take it away.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
  const remove = (hash: string) => files.remove([nameOf(hash)])
  const replace = async (account: AccountNumber, hash: string | null) => {
    const before = await store.getAccount(account)
    if (before === null || !(await store.changeAccount(account, { avatar: hash }))) {
      // The account went while its picture was drawn; nobody else has this file.
      if (hash !== null) await remove(hash)
      throw new ChatnipError('not_signed_in')
    }
    // The account's number is part of what is hashed, so no other account shares the file.
    if (before.avatar !== null && before.avatar !== hash) await remove(before.avatar)
  }
  return {
    remove,
    set: async (account, upload) => {
      const picture = await draw(upload)
      const hash = createHash('sha256').update(`${account}:`).update(picture).digest('hex')
      await inTurn(async () => {
        await files.put(nameOf(hash), picture)
        await replace(account, hash)
      })
    },
    clear: (account) => inTurn(() => replace(account, null)),
    pathOf: async (username) => {
      const account = await store.findAccount(username)
      const avatar = account?.avatar ?? null
      if (avatar !== null) return `/avatars/${avatar}.webp`
      return `/avatars/default/${(account?.username ?? username).toLowerCase()}.svg`
    },
    read: (hash) => files.get(nameOf(hash)),
  }
}
