import { randomBytes, randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { filesPlaceOf } from '../../config.ts'
import type { Config } from '../../config.ts'
import type { Files } from '../../files/files.ts'
import { openFiles } from '../../files/place.ts'
import { bad, look, ok, reasonOf } from './finding.ts'
import type { Finding } from './finding.ts'

const PROBE = 'blobs/00/doctor'

const deepest = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? deepest(error.cause) : error

/**
 * Stores a few bytes where pictures and blobs lie, reads them back and takes them away. Makes no folder: one that root has made the server could not
 * write to.
 * @param me the number of the user who runs this; undefined where there are none
 */
export async function checkFiles(
  config: Config,
  me: number | undefined = process.getuid?.(),
): Promise<readonly Finding[]> {
  const place = filesPlaceOf(config)
  if ('s3' in place) {
    const files = openFiles(place)
    return [await tryOut(files.place, () => probeStore(files))]
  }
  const root = statSync(place.folder, { throwIfNoEntry: false })
  if (root?.isDirectory() !== true)
    // Of the data folder itself others speak.
    return config.files === null
      ? []
      : [bad(`The folder ${place.folder} for pictures and blobs is not there. Make it, or mount it.`)]
  // One is enough: what to do about it is the same for all.
  const owner = me === 0 ? (statSync(config.data, { throwIfNoEntry: false })?.uid ?? root.uid) : me
  const [wrong] = foldersIn(place.folder).flatMap((folder) => checkFolder(folder, owner, me))
  if (wrong !== undefined) return [wrong]
  if (me === 0 && owner !== 0)
    return [
      look(
        `Pictures and blobs lie in ${place.folder}. Run this command as the user of the server to see whether it can store there.`,
      ),
    ]
  return [await tryOut(place.folder, () => probeFolder(place.folder))]
}

/** Those that are not there yet the server makes when it needs them. */
const foldersIn = (root: string): readonly string[] =>
  ['avatars', 'incoming', 'blobs']
    .map((name) => join(root, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...(folder.endsWith('blobs') ? insideOf(folder) : [])])

function insideOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}

/**
 * Root may write anywhere, so for root it is asked whose the folder is; anybody else just tries. Nobody is told to give a folder to root: where the data
 * is root's, so is the server, and it may write anywhere, too.
 * @param owner who runs the server: whose the data is
 */
function checkFolder(folder: string, owner: number | undefined, me: number | undefined): readonly Finding[] {
  const { uid } = statSync(folder)
  const isOthers = owner !== undefined && owner !== 0 && uid !== owner
  const toOwner = `The folder ${folder} belongs to user number ${uid}, and the server is number ${owner}. Run: chown -R ${owner} ${folder}`
  if (me === 0) return isOthers ? [bad(toOwner)] : []
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return []
  } catch {
    return [bad(isOthers ? toOwner : `The folder ${folder} cannot be written. Run: chmod -R u+rwX ${folder}`)]
  }
}

/** @param probe whether what was stored came back */
async function tryOut(place: string, probe: () => Promise<boolean>): Promise<Finding> {
  try {
    if (await probe()) return ok(`Pictures and blobs can be stored in ${place}.`)
    return bad(`What is stored in ${place} comes back as something else, or not at all.`)
  } catch (error) {
    return bad(`Pictures and blobs can't be stored in ${place}: ${reasonOf(deepest(error))}`)
  }
}

async function probeStore(files: Files): Promise<boolean> {
  const bytes = randomBytes(16)
  await files.put(PROBE, bytes)
  const back = await files.get(PROBE)
  await files.remove([PROBE])
  return back !== null && bytes.equals(back)
}

async function probeFolder(root: string): Promise<boolean> {
  const bytes = randomBytes(16)
  const path = join(root, `doctor-${randomUUID()}`)
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
    return bytes.equals(await readFile(path))
  } finally {
    await file.close()
    await rm(path, { force: true })
  }
}
