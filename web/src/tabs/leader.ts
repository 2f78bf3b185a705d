import type { Change, Messenger } from '@chatnip/sdk'
import { toFailure } from './failures.ts'
import type { TabFrame } from './frames.ts'
import { perform, snapshotOf } from './perform.ts'

/** What the leading tab does for the others. */
export interface Leading {
  hear(frame: TabFrame): void
  stop(): void
}

/** Far more questions than can be on their way when a tab begins to lead. */
const REMEMBERED = 1_000

/**
 * Serves the other tabs from the messenger that runs here. A `send` is answered when it lies on disk, not before; the same
 * question asked again (because a leader died over it) carries the same message id and is the same message.
 */
export const lead = (messenger: Messenger, post: (frame: TabFrame) => void): Leading => {
  let pending: Change[] = []
  const heard = new Set<string>()
  /** A tab that did not know yet who leads asks twice: the second time is heard and let be. */
  const isNew = (question: string): boolean => {
    if (heard.has(question)) return false
    heard.add(question)
    const [oldest] = heard
    if (heard.size > REMEMBERED && oldest !== undefined) heard.delete(oldest)
    return true
  }
  /** A burst of changes in one tick goes out as one frame. */
  const flush = () => {
    const changes = pending
    pending = []
    post({ kind: 'state', snapshot: snapshotOf(messenger), changes, lead: false })
  }
  const stop = messenger.onChange((change) => {
    if (pending.length === 0) queueMicrotask(flush)
    pending.push(change)
  })
  const answer = async (tab: string, call: number, asked: Promise<unknown>): Promise<void> => {
    try {
      post({ kind: 'answer', tab, call, value: await asked })
    } catch (error) {
      post({ kind: 'failure', tab, call, failure: toFailure(error) })
    }
  }
  post({ kind: 'state', snapshot: snapshotOf(messenger), changes: [], lead: true })
  return {
    hear: (frame) => {
      if (frame.kind === 'hello') post({ kind: 'state', snapshot: snapshotOf(messenger), changes: [], lead: false })
      if (frame.kind === 'nudge') messenger.nudge()
      if (frame.kind === 'ask' && isNew(`${frame.tab} ${frame.call}`))
        void answer(frame.tab, frame.call, perform(messenger, frame.question))
    },
    stop,
  }
}
