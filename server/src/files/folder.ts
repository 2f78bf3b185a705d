import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ChatnipError } from '@chatnip/protocol'
import { checkName } from './files.ts'
import type { Files } from './files.ts'

/** Files are written here first and then renamed to where they belong; what a crash left behind is cleared away later. */
const INCOMING = 'incoming'
const LEFT_BEHIND_MS = 3_600_000

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

const refusalOf = (cause: unknown): ChatnipError =>
  codeOf(cause) === 'ENOSPC' || codeOf(cause) === 'EDQUOT'
    ? new ChatnipError('disk_full', { retryAfter: 5, cause })
    : new ChatnipError('unavailable', { retryAfter: 1, cause })

/** Makes a folder's list of names durable: that is where a new file, a rename and a removal live. */
async function syncFolder(folder: string): Promise<void> {
  const list = await open(folder, 'r')
  try {
    await list.sync()
  } finally {
    await list.close()
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Removes what crashes have left half-written. Young ones may be of another node that shares the folder. */
async function clearIncoming(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const { mtimeMs } = await stat(join(folder, name))
    if (mtimeMs < Date.now() - LEFT_BEHIND_MS) await unlink(join(folder, name))
  }
}

interface Folders {
  /**
   * Resolves when the folder is there and will be after a power cut. Each process looks after each folder once itself, since another may have made
   * it a moment ago.
   */
  ensure(folder: string): Promise<void>
  /** Something was not as it was left: look again. */
  forget(): void
}

function foldersIn(root: string): Folders {
  const known = new Map<string, Promise<void>>()
  const make = async (folder: string): Promise<void> => {
    if (folder === root) return
    await ensure(dirname(folder))
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
    await syncFolder(dirname(folder))
    if (folder === join(root, INCOMING)) await clearIncoming(folder).catch(() => undefined)
  }
  const ensure = (folder: string): Promise<void> => {
    const making = known.get(folder) ?? make(folder)
    known.set(folder, making)
    return making
  }
  return { ensure, forget: () => known.clear() }
}

async function put({ root, folders }: Place, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(root, name)
  const beside = join(root, INCOMING, randomUUID())
  try {
    await Promise.all([folders.ensure(join(root, INCOMING)), folders.ensure(dirname(path))])
    await writeSynced(beside, bytes)
    await rename(beside, path)
    await syncFolder(dirname(path))
  } catch (error) {
    folders.forget()
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
}

async function get({ root }: Place, name: string): Promise<Uint8Array | null> {
  try {
    return await readFile(join(root, name))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    // Throws when there is no folder at all.
    await stat(root)
    return null
  }
}

async function remove({ root }: Place, names: readonly string[]): Promise<void> {
  await stat(root)
  for (const name of names) await rm(join(root, name), { force: true })
  for (const folder of new Set(names.map((name) => dirname(join(root, name)))))
    await syncFolder(folder).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
    })
}

interface Place {
  readonly root: string
  readonly folders: Folders
}

/** @param root must exist: one that is not there may be a share that is not mounted, and must not be made */
export function openFolder(root: string): Files {
  const place = { root, folders: foldersIn(root) }
  const inOurWords = (error: unknown): never => {
    throw refusalOf(error)
  }
  return {
    place: root,
    put: async (name, bytes) => {
      checkName(name)
      await put(place, name, bytes).catch(inOurWords)
    },
    get: async (name) => {
      checkName(name)
      return get(place, name).catch(inOurWords)
    },
    remove: async (names) => {
      names.forEach(checkName)
      await remove(place, names).catch(inOurWords)
    },
  }
}
