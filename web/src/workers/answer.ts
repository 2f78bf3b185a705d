import type { WorkerAnswer } from './ask.ts'

/** Inside a worker: answers the one question that it is asked. */
export const answerWith = <In, Out>(work: (question: In) => Promise<Out>): void => {
  const answer = async (question: In): Promise<WorkerAnswer<Out>> => {
    try {
      return { ok: true, value: await work(question) }
    } catch {
      return { ok: false }
    }
  }
  addEventListener('message', ({ data }: MessageEvent<In>) => {
    void answer(data).then((result) => {
      postMessage(result)
    })
  })
}
