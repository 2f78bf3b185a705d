import { ChatnipError } from '@chatnip/protocol'
import { faultOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Files } from './files.ts'

/**
 * The same place, and a line in the log when it begins to fail and when it works again: callers only hear that they may try again later, and whoever
 * looks after the server must hear of a share that is not mounted. Once each: of a place that is away every call fails.
 */
export function watchFiles(files: Files, log: Log): Files {
  let fails = false
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const done = await work
      if (fails) log.info({}, 'Pictures and blobs can be stored and read again.')
      fails = false
      return done
    } catch (error) {
      if (error instanceof ChatnipError && !fails) {
        fails = true
        const { code, cause } = error
        log.error(
          { code, fault: faultOf(cause) },
          'Pictures and blobs can’t be stored or read. Look at CHATNIP_FILES, whether it is mounted, and its disk; "npm run admin -- doctor" tries it.',
        )
      }
      throw error
    }
  }
  return {
    place: files.place,
    put: (name, bytes) => watch(files.put(name, bytes)),
    get: (name) => watch(files.get(name)),
    remove: (names) => watch(files.remove(names)),
  }
}
