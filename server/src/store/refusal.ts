import type { ErrorCode } from '@chatnip/protocol'

/**
 * Thrown inside a store for a caller's mistake, before anything was written, so that others in the same batch go on.
 * (The storage thread does not load the protocol's code; whoever hands the answer out makes a ChatnipError of it.)
 */
export class Refusal extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, detail: string) {
    super(detail)
    this.name = 'Refusal'
    this.code = code
  }
}
