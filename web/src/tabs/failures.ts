import { ChatnipError, ERRORS } from '@chatnip/protocol'
import type { ErrorCode } from '@chatnip/protocol'
import { NetworkError } from '@chatnip/sdk'
import type { Failure } from './frames.ts'

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)

/** An error made fit to cross from tab to tab. */
export const toFailure = (error: unknown): Failure => ({
  code: error instanceof ChatnipError ? error.code : null,
  network: error instanceof NetworkError,
  message: error instanceof Error ? error.message : String(error),
})

/** The error that it was on the other side. */
export const fromFailure = ({ code, network, message }: Failure): Error => {
  if (code !== null && isCode(code)) return new ChatnipError(code, { message })
  return network ? new NetworkError(message) : new Error(message)
}
