import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { bytesText } from '../columns.ts'
import { bad, look, ok } from './finding.ts'
import type { Finding } from './finding.ts'

const GIB = 1_024 ** 3

/** File systems (statfs(2)) that do not keep what they promise, or not for long. */
const TEMPORARY = 0x0102_1994
const SHARED: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff53_4d42, 'CIFS'],
  [0xfe53_4d42, 'SMB'],
])

/** @param me the number of the user who runs this; undefined where there are none */
export function checkFolder(data: string, me: number | undefined = process.getuid?.()): readonly Finding[] {
  const folder = statSync(data, { throwIfNoEntry: false })
  if (folder?.isDirectory() !== true) {
    return [
      bad(`The folder ${data} is not there. Set CHATNIP_DATA to the server's data folder, or start the server once.`),
    ]
  }
  return [...owner(data, folder, me), permissions(data, folder), ...fileSystem(data)]
}

function owner(data: string, folder: Stats, me: number | undefined): Finding[] {
  if (me !== undefined && me !== 0 && folder.uid !== me) {
    return [look(`The folder ${data} belongs to another user (number ${folder.uid}). Run this command as that user.`)]
  }
  if (me === 0 && folder.uid === 0) {
    return [look(`The folder ${data} belongs to root, so the server runs as root. Give it a user of its own.`)]
  }
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
    return []
  } catch {
    return [bad(`The folder ${data} cannot be written. Run: chmod 700 ${data}`)]
  }
}

function permissions(data: string, { mode }: Stats): Finding {
  const shown = (mode & 0o777).toString(8)
  if ((mode & 0o007) !== 0)
    return bad(`Everybody on this machine may enter the folder ${data} (mode ${shown}). Run: chmod 700 ${data}`)
  if ((mode & 0o070) !== 0)
    return look(`The group may enter the folder ${data} (mode ${shown}). If that is not meant, run: chmod 700 ${data}`)
  return ok(`The folder ${data} is its owner's alone.`)
}

function fileSystem(data: string): Finding[] {
  const { bavail, bsize, type } = statfsSync(data)
  const free = bavail * bsize
  const kind = SHARED.get(type)
  return [
    ...(kind === undefined
      ? []
      : [bad(`${data} lies on a network share (${kind}), where SQLite loses data. Move it to a local disk.`)]),
    ...(type === TEMPORARY
      ? [look(`${data} lies in memory (tmpfs) and is gone after a restart. Move it to a disk.`)]
      : []),
    free < GIB
      ? look(`Only ${bytesText(free)} of disk are free. Make room: a full disk refuses messages.`)
      : ok(`${bytesText(free)} of disk are free.`),
  ]
}
