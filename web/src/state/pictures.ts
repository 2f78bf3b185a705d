import { signal } from '@preact/signals'
import type { ReadonlySignal, Signal } from '@preact/signals'
import { browserTransport } from '../device/transport.ts'

/** Asked for once per name and visit; kept in memory only, so that the disk does not tell with whom somebody chats. */
const pictures = new Map<string, Signal<string | null>>()

/** Our own drawing stands where the server has only a default one; the path alone is taken, so that it is our origin. */
const toLink = (address: string): string | null => {
  const { pathname } = new URL(address, location.origin)
  return /^\/avatars\/[0-9a-f]+\.webp$/u.test(pathname) ? pathname : null
}

const fetchPicture = async (name: string, picture: Signal<string | null>): Promise<void> => {
  const { avatar } = await browserTransport.call('get_avatar', { username: name })
  picture.value = toLink(avatar)
}

/** The link to somebody's picture, or null while there is none. */
export const pictureOf = (name: string): ReadonlySignal<string | null> => {
  const key = name.toLowerCase()
  const known = pictures.get(key)
  if (known !== undefined) return known
  const picture = signal<string | null>(null)
  pictures.set(key, picture)
  /** Without an answer the drawn picture stays: nothing to tell anybody. */
  fetchPicture(name, picture).catch(() => pictures.delete(key))
  return picture
}

/** Looks anew, after the own picture was changed. */
export const refreshPicture = async (name: string): Promise<void> => {
  const picture = pictures.get(name.toLowerCase())
  if (picture !== undefined) await fetchPicture(name, picture)
}
