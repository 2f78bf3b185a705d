import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ChatnipError } from '@chatnip/protocol'
import type { AccountNumber, Store } from '../store/store.ts'
import { writeDurably } from './durable-file.ts'
import { redraw } from './picture.ts'

/** Pictures lie beside the database, named by the SHA-256 of their bytes, so they never change and are never guessed. */
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

/** @param folder the data folder; pictures go to `avatars` in it */
export function openAvatars(store: Store, data: string): Avatars {
  const folder = join(data, 'avatars')
  const fileOf = (hash: string) => join(folder, `${hash}.webp`)
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
  const remove = async (hash: string) => rm(fileOf(hash), { force: true })
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
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const there = await access(fileOf(hash)).then(
          () => true,
          () => false,
        )
        if (!there) await writeDurably(fileOf(hash), picture)
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
    read: (hash) => readFile(fileOf(hash)).catch(() => null),
  }
}
