import { pino } from 'pino'
import type { ErrorCode } from '@chatnip/protocol'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Everything that may ever stand in a log line. No body, token, name, address or text: there is no field for them. */
export interface LogFields {
  readonly method?: string
  readonly route?: string
  readonly status?: number
  readonly ms?: number
  readonly code?: ErrorCode
  readonly count?: number
  /** Class and place of an unexpected error, without its message: messages may quote what people wrote. */
  readonly fault?: string
}

export interface Log {
  error(fields: LogFields, what: string): void
  warn(fields: LogFields, what: string): void
  info(fields: LogFields, what: string): void
  debug(fields: LogFields, what: string): void
}

/** JSON lines on standard error; standard output stays for the one line that says where the server is. */
export function openLog(level: LogLevel): Log {
  return pino({ level, base: null }, process.stderr)
}

/** What may be logged of something that was thrown: its class, its machine code and where it came from. */
export function faultOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown
  const code = 'code' in thrown && typeof thrown.code === 'string' ? ` ${thrown.code}` : ''
  const place = thrown.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? ''
  return `${thrown.name}${code}${place.trimEnd().replace(/^\s+/, ' ')}`
}
