import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { CONTENT_SECURITY_POLICY } from '../server/src/http/headers.ts'

/** One file or page of a host that is not what this checkout makes. */
export interface Difference {
  readonly path: string
  /** Plain words: what is wrong with it. */
  readonly problem: string
}

/** Pages of the app: each must be its one page, whatever the address. */
const PAGES = ['/', '/login', '/signup', '/recover', '/chats', '/chats/somebody', '/settings']
/** `npm start`'s own note in the folder; it is never served. */
const STAMP = '.sources'
const PATIENCE_MS = 30_000
/** Twice the whole app: nobody fills our memory. */
const LIMIT_BYTES = 4_000_000

/**
 * Asks a host for every file of the web app and compares it with the built one, byte for byte; and for its pages, and the policy
 * under which browsers run them.
 * @param host like `https://chat.example.org`
 * @param folder a built web app
 * @returns what differs; empty when all is the same
 * @throws TypeError (from fetch) when the host does not answer
 */
export async function compareClient(host: string, folder: string): Promise<readonly Difference[]> {
  const files = await readApp(folder)
  const page = files.get('/index.html')
  if (page === undefined) throw new Error('The web app of this checkout has not been built.')
  const expected = [...files, ...PAGES.map((path) => [path, page] as const)]
  const differences: Difference[] = []
  for (const [path, bytes] of expected) {
    const problem = await compareOne(new URL(path, host), bytes)
    if (problem !== null) differences.push({ path, problem })
  }
  return differences
}

async function readApp(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name !== STAMP)
  const read = async (file: string) =>
    [`/${relative(folder, file).split(sep).join('/')}`, await readFile(file)] as const
  return new Map(await Promise.all(files.map(({ parentPath, name }) => read(join(parentPath, name)))))
}

async function compareOne(url: URL, ours: Buffer): Promise<string | null> {
  const reply = await fetch(url, {
    redirect: 'manual',
    cache: 'no-store',
    headers: { accept: 'text/html,*/*' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const theirs = await readUpTo(reply)
  if (reply.status !== 200) return `The host answers ${reply.status} instead.`
  if (!ours.equals(theirs)) return `The host serves other bytes (${theirs.length}, here ${ours.length}).`
  const policy = reply.headers.get('content-security-policy')
  return policy === CONTENT_SECURITY_POLICY ? null : 'The bytes are the same, the Content-Security-Policy is another.'
}

async function readUpTo(reply: Response): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of reply.body ?? []) {
    parts.push(part)
    length += part.length
    if (length > LIMIT_BYTES) break
  }
  return Buffer.concat(parts)
}
