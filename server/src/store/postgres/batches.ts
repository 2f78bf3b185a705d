/**
 * Collects calls while a batch is under way and hands them over as the next one, so that whoever arrives meanwhile shares one round trip and
 * one fsync. One batch at a time: calls take effect in the order in which they came.
 */
export interface Batches<Q, A> {
  call(question: Q): Promise<A>
  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void>
}

interface Waiting<Q, A> {
  readonly question: Q
  readonly resolve: (answer: A) => void
  readonly reject: (error: unknown) => void
}

interface Work<Q, A> {
  /** Answers in the order of the questions. */
  readonly run: (questions: readonly Q[]) => Promise<readonly A[]>
  /** What may stand only once in a batch; the second one waits for the next batch. */
  readonly keyOf: (question: Q) => string | number
  /** What a question weighs, and how much a batch may: nobody waits long for the others in it. */
  readonly weigh: (question: Q) => number
  readonly mostWeight: number
  /** Whether this failure may be one question's own fault, so that the others should be asked again without it. */
  readonly mayDifferAlone: (error: unknown) => boolean
}

export function openBatches<Q, A>({ run, keyOf, weigh, mostWeight, mayDifferAlone }: Work<Q, A>): Batches<Q, A> {
  let waiting: Waiting<Q, A>[] = []
  let running: Promise<void> | null = null
  let scheduled = false

  const nextBatch = (): Waiting<Q, A>[] => {
    const keys = new Set<string | number>()
    let weight = 0
    let count = 0
    for (const { question } of waiting) {
      weight += weigh(question)
      if (keys.has(keyOf(question)) || (count > 0 && weight > mostWeight)) break
      keys.add(keyOf(question))
      count += 1
    }
    return waiting.splice(0, count)
  }
  const answerAll = async (batch: readonly Waiting<Q, A>[]): Promise<void> => {
    try {
      const answers = await run(batch.map(({ question }) => question))
      if (answers.length !== batch.length) throw new Error('a batch got another number of answers')
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer)
    } catch (error) {
      if (batch.length > 1 && mayDifferAlone(error)) for (const one of batch) await answerAll([one])
      else for (const { reject } of batch) reject(error)
    }
  }
  const work = async (): Promise<void> => {
    while (waiting.length > 0) await answerAll(nextBatch())
    running = null
  }
  /** At the end of this turn of the event loop, so that everything that one poll brought in shares a batch. */
  const schedule = (): void => {
    if (scheduled || running !== null) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      running = work()
    })
  }
  return {
    call: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ question, resolve, reject })
        schedule()
      }),
    idle: async () => {
      while (running !== null || waiting.length > 0) await (running ?? new Promise((resolve) => setImmediate(resolve)))
    },
  }
}
