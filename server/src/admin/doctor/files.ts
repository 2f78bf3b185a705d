import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { filesPlaceOf } from '../../config.ts'
import type { Config } from '../../config.ts'
import { openFiles } from '../../files/place.ts'
import { bad, ok, reasonOf } from './finding.ts'
import type { Finding } from './finding.ts'

const PROBE = 'blobs/00/doctor'

const deepest = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? deepest(error.cause) : error

/** Stores a few bytes where pictures and blobs lie, reads them back and takes them away. */
export async function checkFiles(config: Config): Promise<readonly Finding[]> {
  const place = filesPlaceOf(config)
  const isThere = 's3' in place || statSync(place.folder, { throwIfNoEntry: false })?.isDirectory() === true
  // Of the data folder itself others speak.
  if (!isThere && config.files === null) return []
  const files = openFiles(place)
  if (!isThere) return [bad(`The folder ${files.place} for pictures and blobs is not there. Make it, or mount it.`)]
  const bytes = randomBytes(16)
  try {
    await files.put(PROBE, bytes)
    const back = await files.get(PROBE)
    await files.remove([PROBE])
    if (back !== null && bytes.equals(back)) return [ok(`Pictures and blobs can be stored in ${files.place}.`)]
    return [bad(`What is stored in ${files.place} comes back as something else, or not at all.`)]
  } catch (error) {
    return [bad(`Pictures and blobs can't be stored in ${files.place}: ${reasonOf(deepest(error))}`)]
  }
}
