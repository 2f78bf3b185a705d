import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncPath } from '../store/files.ts'

/** The folders of what lies in a place for files, in the order in which people hear of them. */
const KINDS = ['avatars', 'blobs'] as const
type Kind = (typeof KINDS)[number]

export interface Figures {
  readonly files: number
  readonly bytes: number
}

/** The files of one kind, by their names from `root` on. */
async function namesOf(root: string, kind: Kind): Promise<string[]> {
  const entries = await readdir(join(root, kind), { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
}

/** Number and bytes of the files of each kind. A file that goes while we look counts as empty. */
export async function figuresOf(root: string): Promise<Readonly<Record<Kind, Figures>>> {
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
 */
export async function copyFiles(root: string, target: string): Promise<Figures> {
  await mkdir(target, { mode: 0o700 })
  const folders = new Set([target])
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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
