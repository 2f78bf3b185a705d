import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** A file of the app as the server serves it. */
export interface BuiltFile {
  /** From the root of the site, like `/assets/index-….js`. */
  readonly path: string
  readonly bytes: number
  /** SHA-256. */
  readonly digest: Buffer
}

/** All files in `folder`, in the order of their paths whatever the system's. */
export async function listFiles(folder: string): Promise<readonly BuiltFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const read = async (file: string): Promise<BuiltFile> => {
    const bytes = await readFile(file)
    const path = `/${relative(folder, file).split(sep).join('/')}`
    return { path, bytes: bytes.length, digest: createHash('sha256').update(bytes).digest() }
  }
  const found = await Promise.all(files.map(read))
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

/** One hash over paths and contents. */
export function fingerprint(files: readonly BuiltFile[]): string {
  const hash = createHash('sha256')
  for (const { path, digest } of files) hash.update(`${path}\n${digest.toString('hex')}\n`)
  return hash.digest('hex')
}
