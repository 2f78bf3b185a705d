import { ChatnipError } from '@chatnip/protocol'
import { checkName } from '../files.ts'
import type { Files } from '../files.ts'
import { sign } from './sign.ts'
import type { Credentials } from './sign.ts'

export interface S3Address extends Credentials {
  /** The bucket's address, and a folder in it if wanted: `https://s3.example.org/bucket/folder`. Ends without a slash. */
  readonly base: string
}

const TRIES = 3
const TIMEOUT_MS = 10_000
const AT_ONCE = 8
const NOTHING = new Uint8Array()

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The words of the store, without what it was asked for: nothing of a name comes into a log. */
const unavailable = (cause: unknown): ChatnipError => new ChatnipError('unavailable', { retryAfter: 2, cause })

function saidNo(status: number, text: string): Error {
  const code = `${status} ${/<Code>(\w{1,40})<\/Code>/.exec(text)?.[1] ?? ''}`
  return Object.assign(new Error(`the store for files said ${code}`), { code })
}

interface Asked {
  readonly method: 'PUT' | 'GET' | 'DELETE'
  readonly name: string
  readonly body?: Uint8Array<ArrayBuffer>
}

/** Any store that speaks S3's PUT, GET and DELETE of objects. Each is whole or not there, and whatever is answered is durable. */
export function openS3(address: S3Address): Files {
  const ask = async ({ method, name, body = NOTHING }: Asked): Promise<Response> => {
    const url = new URL(`${address.base}/${name}`)
    const headers = sign({ method, url, headers: {}, body }, address, new Date())
    const init = { method, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) } as const
    return fetch(url, method === 'PUT' ? { ...init, body } : init)
  }
  /** All three may be repeated without harm, and a connection that was kept open may have gone just now. */
  const askAgain = async (asked: Asked): Promise<{ status: number; bytes: Uint8Array }> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await ask(asked)
        const bytes = new Uint8Array(await response.arrayBuffer())
        if (response.status < 500 || attempt === TRIES) return { status: response.status, bytes }
      } catch (cause) {
        if (attempt === TRIES) throw unavailable(cause)
      }
      await later(50 * 4 ** (attempt - 1))
    }
  }
  const mustBe = async (asked: Asked, ...good: readonly number[]): Promise<Uint8Array | null> => {
    checkName(asked.name)
    const { status, bytes } = await askAgain(asked)
    if (good.includes(status)) return bytes
    const text = new TextDecoder().decode(bytes.subarray(0, 2_000))
    // A bucket that is not there must not look like a file that is not.
    if (status === 404 && !text.includes('NoSuchBucket')) return null
    if (status === 507) throw new ChatnipError('disk_full', { retryAfter: 5 })
    throw unavailable(saidNo(status, text))
  }
  return {
    place: address.base,
    put: async (name, bytes) => {
      const stored = await mustBe({ method: 'PUT', name, body: new Uint8Array(bytes) }, 200)
      if (stored === null) throw unavailable(saidNo(404, ''))
    },
    get: (name) => mustBe({ method: 'GET', name }, 200),
    remove: async (names) => {
      for (let from = 0; from < names.length; from += AT_ONCE)
        await Promise.all(names.slice(from, from + AT_ONCE).map((name) => mustBe({ method: 'DELETE', name }, 200, 204)))
    },
  }
}
