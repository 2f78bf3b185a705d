import type { Messenger, SendOptions } from '@chatnip/sdk'
import { ChatnipError } from '@chatnip/protocol'
import { problemOf } from '../state/problems.ts'
import type { Problem } from '../state/problems.ts'
import { filesTexts } from '../texts/files.ts'
import { t } from '../texts/index.ts'
import type { Attaching } from './attaching.ts'
import { refusalOf } from './limits.ts'
import { NotRedrawn, prepare } from './prepare.ts'

interface Sent extends SendOptions {
  readonly text: string
}

/** What stood in the way, in words that fit files. */
const wordsFor = (error: unknown): string => {
  const texts = filesTexts()
  if (error instanceof NotRedrawn) return texts.notRedrawn(error.file)
  const problem = problemOf(error)
  const own: Partial<Record<Problem, string>> = {
    disk_full: texts.noRoom,
    storage: texts.noRoom,
    not_found: texts.unreadable,
    not_allowed: texts.notHere,
    too_large: texts.wordsTooLong,
  }
  return own[problem] ?? t().errors[problem]
}

/** Puts what was chosen, and the words to it, into the outbox. @throws as `Messenger.sendFiles`; what was chosen stays then */
export const sendChosen = async (
  messenger: Messenger,
  name: string,
  { files, untouched, isBusy, problem }: Attaching,
  sent: Sent,
): Promise<void> => {
  const chosen = files.peek()
  isBusy.value = true
  problem.value = null
  try {
    if (refusalOf(chosen) !== null) throw new ChatnipError('bad_request')
    const ready = await prepare(chosen, untouched.peek())
    await messenger.sendFiles(name, ready, sent)
    files.value = files.peek().filter((file) => !chosen.includes(file))
    untouched.value = false
  } catch (error) {
    problem.value = wordsFor(error)
    throw error
  } finally {
    isBusy.value = false
  }
}
