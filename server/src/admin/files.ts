import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { syncPath } from '../store/files.ts'
import { AdminError } from './command.ts'

/** The folders of what lies in a place for files, in the order in which people hear of them. */
const KINDS = ['avatars', 'blobs'] as const
type Kind = (typeof KINDS)[number]

export interface Figures {
  readonly files: number
  readonly bytes: number
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

const unreadable = (root: string, error: unknown): AdminError =>
  new AdminError(
    `Pictures and blobs can't be read in ${root} (${String(codeOf(error) ?? error)}). Look whether it is mounted, and yours to read.`,
  )

/** The files of one kind, by their names from `root` on. None of them is made before the first file of its kind; an error is no such thing. */
async function namesOf(root: string, kind: Kind): Promise<string[]> {
  const entries = await readdir(join(root, kind), { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw unreadable(root, error)
    return []
  })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/**
 * Whether there is a place at all: one that isn't there may be a share that is not mounted, and is not an empty one.
 * @throws AdminError
 */
export async function checkPlace(root: string): Promise<void> {
  await stat(root).catch((error: unknown) => {
    throw unreadable(root, error)
  })
}

/** Number and bytes of the files of each kind. A file that goes while we look counts as empty. */
export async function figuresOf(root: string): Promise<Readonly<Record<Kind, Figures>>> {
  await checkPlace(root)
  const counted = async (kind: Kind): Promise<Figures> => {
    const names = await namesOf(root, kind)
    let bytes = 0
    for (const name of names) bytes += (await stat(join(root, name)).catch(() => null))?.size ?? 0
    return { files: names.length, bytes }
  }
  return { avatars: await counted('avatars'), blobs: await counted('blobs') }
}

/**
 * Copies all of them into a new folder: by a second name where that can be, since they never change, and byte for byte else. To be called after
 * the database was copied: what that copy knows of is there, or has been deleted since.
 * @throws AdminError when the place isn't there, or can't be read
 */
export async function copyFiles(root: string, target: string): Promise<Figures> {
  await checkPlace(root)
  await mkdir(target, { mode: 0o700 })
  // The new folder itself is a name in the one that holds it.
  const folders = new Set([target, dirname(target)])
  let [files, bytes] = [0, 0]
  for (const name of (await Promise.all(KINDS.map((kind) => namesOf(root, kind)))).flat()) {
    const copy = join(target, name)
    await mkdir(dirname(copy), { recursive: true, mode: 0o700 })
    if (!(await copyOne(join(root, name), copy))) continue
    for (let folder = dirname(copy); folder !== target; folder = dirname(folder)) folders.add(folder)
    files += 1
    bytes += (await stat(copy)).size
  }
  for (const folder of folders) syncPath(folder)
  return { files, bytes }
}

/** False: it has gone meanwhile. */
async function copyOne(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch(async () => {
      await copyFile(from, to, constants.COPYFILE_EXCL)
      syncPath(to)
    })
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
