import { ChatnipError } from '@chatnip/protocol'
import { faultOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Files } from './files.ts'

interface Sentences {
  readonly fails: string
  readonly works: string
}

const LOOK = 'Look at CHATNIP_FILES, whether it is mounted, and its disk; "npm run admin -- doctor" tries it.'
const READING: Sentences = {
  fails: `Pictures and blobs can’t be read. ${LOOK}`,
  works: 'Pictures and blobs can be read again.',
}
const WRITING: Sentences = {
  fails: `Pictures and blobs can’t be stored or removed. ${LOOK}`,
  works: 'Pictures and blobs can be stored again.',
}

/**
 * The same place, and a line in the log when it begins to fail and when it works again: callers only hear that they may try again later, and whoever
 * looks after the server must hear of a share that is not mounted. Once each: of a place that is away every call fails. Reading and storing are told
 * of apart: a full disk is read all the while, and each reading would seem to be the end of the trouble.
 */
export function watchFiles(files: Files, log: Log): Files {
  const reading = openState(READING, log)
  const writing = openState(WRITING, log)
  const watch = <T>(state: State, work: Promise<T>): Promise<T> => {
    work.then(state.works, state.failed)
    return work
  }
  return {
    place: files.place,
    put: (name, bytes) => watch(writing, files.put(name, bytes)),
    get: (name) => watch(reading, files.get(name)),
    // That something can be removed says nothing about storing: a full disk lets it.
    remove: (names) => watch({ ...writing, works: () => undefined }, files.remove(names)),
  }
}

interface State {
  readonly failed: (error: unknown) => void
  readonly works: () => void
}

function openState(sentences: Sentences, log: Log): State {
  let fails = false
  return {
    failed: (error) => {
      if (fails || !(error instanceof ChatnipError)) return
      fails = true
      const { code, cause } = error
      log.error({ code, fault: faultOf(cause) }, sentences.fails)
    },
    works: () => {
      if (fails) log.info({}, sentences.works)
      fails = false
    },
  }
}
