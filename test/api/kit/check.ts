import { COMMON_ERRORS, ERRORS } from '@chatnip/protocol'
import type { Endpoint, ErrorCode } from '@chatnip/protocol'
import type { Answer } from './exchange.ts'
import { isRecord, misfits, plain } from './schema.ts'

/** What a plain sentence never holds: markup, stacks, paths, words of a validator or a language. */
const MACHINE_TALK = /<[a-z/!]|[\r\n]|\bat .*:\d+|node_modules|\bError\b|undefined|\[object|FST_|SQLITE|ENOENT/

const SENTENCES = new Set<string>(Object.values(ERRORS).map(({ message }) => message))
const STATUSES = new Set<number>(Object.values(ERRORS).map(({ status }) => status))

export const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)

/** What any path may answer to a method or path that is not there. */
const ANYWHERE: readonly ErrorCode[] = ['not_found']

/**
 * What is wrong with an answer of the API, as sentences; empty when all is as promised: never a 5xx, never no answer, never a
 * redirect or HTML; a 200 of the documented form; an error of the catalogue with its status, which this endpoint may give.
 * @param accept what the request asked for
 */
export function faultsOf(answer: Answer, endpoint: Endpoint, accept: 'text' | 'json'): string[] {
  const { status, text } = answer
  if (status === 0) return [`There was no answer: ${text}.`]
  if (status >= 500) return [`The server answered ${status}: ${text.slice(0, 200)}`]
  if (status === 200) return replyFaults(answer, endpoint)
  if (status < 400) return [`The server answered ${status}, which no endpoint may.`]
  return accept === 'json' ? jsonErrorFaults(answer, endpoint) : textErrorFaults(answer)
}

const isType = (answer: Answer, type: string) =>
  new RegExp(`^${type}(;|$)`).test(String(answer.headers['content-type']))

function replyFaults(answer: Answer, endpoint: Endpoint): string[] {
  const reply = plain(endpoint.reply)
  if (reply.const === 'OK') {
    return answer.text === 'OK' && isType(answer, 'text/plain')
      ? []
      : [`Not the plain text OK: ${answer.text.slice(0, 99)}`]
  }
  if (reply.format === 'binary') return bytesFaults(answer)
  if (!isType(answer, 'application/json')) return [`A reply of type ${String(answer.headers['content-type'])}.`]
  const value = parsed(answer.text)
  return value === undefined ? [`Not JSON: ${answer.text.slice(0, 99)}`] : misfits(reply, value)
}

/** Bytes of somebody's must be nothing to a browser, whatever they are. */
const HARMLESS: Readonly<Record<string, RegExp>> = {
  'content-type': /^application\/octet-stream$/,
  'content-disposition': /^attachment$/,
  'x-content-type-options': /^nosniff$/,
  'content-security-policy': /^sandbox; default-src 'none'/,
  'cross-origin-resource-policy': /^same-origin$/,
  'cache-control': /^no-store$/,
}

const bytesFaults = ({ headers }: Answer): string[] =>
  Object.entries(HARMLESS).flatMap(([name, wanted]) =>
    wanted.test(String(headers[name])) ? [] : [`Bytes are answered with ${name}: ${String(headers[name])}.`],
  )

function jsonErrorFaults(answer: Answer, endpoint: Endpoint): string[] {
  if (!isType(answer, 'application/json'))
    return [`An error of type ${String(answer.headers['content-type'])}: ${answer.text.slice(0, 99)}`]
  const value = parsed(answer.text)
  const error = isRecord(value) && Object.keys(value).length === 1 ? value['error'] : undefined
  const keys = isRecord(error) && error['code'] === 'epoch_passed' ? 'code,epoch,message' : 'code,message'
  if (!isRecord(error) || Object.keys(error).sort().join() !== keys)
    return [`Not an error of the documented form: ${answer.text}`]
  const { code, message } = error
  if (typeof code !== 'string' || !isCode(code)) return [`The code ${String(code)} is not in the catalogue.`]
  const allowed: readonly ErrorCode[] = [...endpoint.errors, ...COMMON_ERRORS, ...ANYWHERE]
  return [
    ...(ERRORS[code].status === answer.status ? [] : [`${code} has the status ${answer.status}.`]),
    ...(allowed.includes(code) ? [] : [`The table does not say that this endpoint answers ${code}.`]),
    ...sentenceFaults(String(message)),
    ...(code === 'too_many' && answer.headers['retry-after'] === undefined ? ['There is no Retry-After.'] : []),
  ]
}

function textErrorFaults(answer: Answer): string[] {
  if (!isType(answer, 'text/plain'))
    return [`An error of type ${String(answer.headers['content-type'])}: ${answer.text.slice(0, 99)}`]
  const strange = STATUSES.has(answer.status) ? [] : [`The catalogue has no status ${answer.status}.`]
  return [...strange, ...sentenceFaults(answer.text.trimEnd())]
}

function sentenceFaults(sentence: string): string[] {
  if (SENTENCES.has(sentence)) return []
  const isSentence = /^[A-Z`"].*[.!?]$/.test(sentence) && sentence.length <= 300 && !MACHINE_TALK.test(sentence)
  return isSentence || /^[a-z_]+ [a-z].*\.$/.test(sentence)
    ? []
    : [`Not a plain sentence: ${JSON.stringify(sentence.slice(0, 200))}`]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
