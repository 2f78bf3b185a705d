import { ChatnipError } from '@chatnip/protocol'
import { freshSecret } from '../blobs/secrets.ts'
import type { Filing } from '../driver/filing.ts'
import { safeName, safeType } from '../engine/file-names.ts'
import { MOST_FILE_BYTES, MOST_FILES, MOST_THUMB } from '../engine/files.ts'
import type { FileInfo } from '../engine/files.ts'
import type { FileToSend } from '../file-views.ts'
import type { ClerkDesk } from './clerk.ts'
import { handleOf } from './handles.ts'
import { noteOf } from './ledger.ts'
import { boxOf, PartsHash, partsOf, spanOf } from './parts.ts'

/** In base64, of all files of a message together: an envelope has to hold them, and the words. */
const MOST_THUMBS = 16_000

type Unsealed = Omit<FileInfo, 'hash'>

/** Puts files that are to be sent onto this device's disk, piece by piece, sealed. */
export class Keeping {
  readonly #desk: ClerkDesk
  readonly #underWay = new Map<string, Promise<string>>()

  constructor(desk: ClerkDesk) {
    this.#desk = desk
  }

  keep: Filing['keep'] = async (id, files, put) => {
    if (files.length === 0 || files.length > MOST_FILES) throw new ChatnipError('bad_request')
    if (files.some(({ data }) => data.size > MOST_FILE_BYTES)) throw new ChatnipError('too_large')
    const known = this.#underWay.get(id)
    if (known !== undefined) return known
    const keeping = this.#keep(id, files, put)
    this.#underWay.set(id, keeping)
    return keeping.finally(() => this.#underWay.delete(id))
  }

  async #keep(id: string, files: readonly FileToSend[], put: Parameters<Filing['keep']>[2]): Promise<string> {
    if (await this.#isKnown(id)) return id
    const infos = this.#infosOf(files)
    const notes = await Promise.all(infos.map(async ({ blob }) => ({ blob, handle: await handleOf(blob) })))
    const { driver, shelf } = this.#desk
    // Before the first byte: whatever happens, somebody knows of them.
    await driver.write(notes.map(({ blob, handle }) => noteOf('keeping', handle, { blobs: [blob], isOwn: true })))
    try {
      const kept: FileInfo[] = []
      for (const [at, info] of infos.entries()) kept.push(await this.#keepOne(info, files[at]?.data))
      // In the commit that puts them into the outbox the notes go (`Ledger`).
      return await put(kept)
    } catch (error) {
      for (const { blob } of notes) await shelf.remove(blob).catch(() => undefined)
      await driver.write(notes.map(({ handle }) => noteOf('keeping', handle, null))).catch(() => undefined)
      throw error
    }
  }

  async #isKnown(id: string): Promise<boolean> {
    const { vault, driver, own } = this.#desk
    const isWaiting = driver.state.outbox.some((item) => item.id === id)
    return isWaiting || (await vault.get('ids', [own.username.toLowerCase(), id])) !== null
  }

  #infosOf(files: readonly FileToSend[]): readonly Unsealed[] {
    let left = MOST_THUMBS
    return files.map(({ data, name, type, picture, voice }) => {
      const { thumb = '' } = picture ?? {}
      const isTaken = thumb !== '' && thumb.length <= Math.min(left, MOST_THUMB)
      if (isTaken) left -= thumb.length
      const seen = picture && { width: picture.width, height: picture.height, ...(isTaken ? { thumb } : {}) }
      return {
        blob: freshSecret(this.#desk.random),
        key: freshSecret(this.#desk.random),
        size: data.size,
        name: safeName(name),
        type: safeType(type),
        ...(seen === undefined ? {} : { picture: seen }),
        ...(voice === undefined ? {} : { voice }),
      }
    })
  }

  async #keepOne(info: Unsealed, data: Blob | undefined): Promise<FileInfo> {
    const box = await boxOf(info)
    const hash = new PartsHash()
    for (let n = 0; n < partsOf(info); n += 1) {
      const sealed = await box.seal(n, await read(data, spanOf(info, n)))
      await hash.add(sealed)
      await this.#desk.shelf.put(info.blob, n, sealed)
    }
    return { ...info, hash: await hash.end() }
  }
}

/** What was chosen may have been changed, moved or deleted since. */
async function read(data: Blob | undefined, [from, to]: readonly [number, number]): Promise<Uint8Array> {
  const bytes = await data
    ?.slice(from, to)
    .arrayBuffer()
    .catch(() => undefined)
  if (bytes?.byteLength !== to - from) throw new ChatnipError('not_found')
  return new Uint8Array(bytes)
}
