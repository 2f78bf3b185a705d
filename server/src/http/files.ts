import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'

const compress = promisify(brotliCompress)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

export interface File {
  readonly type: string
  readonly bytes: Buffer
  readonly etag: string
  /** Its name holds a hash of its content, so it never changes. */
  readonly immutable: boolean
  /** Compressed on first asking; null when that gains nothing. */
  readonly brotli: () => Promise<Buffer | null>
}

/**
 * The files of a built web app, in memory: about a megabyte, and no path that a browser makes up can lead anywhere else,
 * because only what was listed is there. A newer build is noticed by its list of files, which is written last.
 */
export function openFiles(folder: string): (path: string) => File | null {
  let files = new Map<string, File>()
  let builtAt = 0
  return (path) => {
    const list = join(folder, '.well-known/chatnip-client.json')
    const changedAt = existsSync(list) ? statSync(list).mtimeMs : 0
    if (changedAt !== builtAt) files = changedAt === 0 ? new Map() : load(folder)
    builtAt = changedAt
    return files.get(path) ?? null
  }
}

function load(folder: string): Map<string, File> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const known = paths.filter((path) => TYPES[extname(path)] !== undefined)
  return new Map(known.map((path) => [`/${relative(folder, path).split(sep).join('/')}`, read(path)]))
}

function read(path: string): File {
  const bytes = readFileSync(path)
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  let packed: Promise<Buffer | null> | null = null
  const pack = async () => {
    if (!/^text|json|svg|wasm/.test(type)) return null
    const smaller = await compress(bytes)
    return smaller.length < bytes.length ? smaller : null
  }
  return {
    type,
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    immutable: path.includes(`${sep}assets${sep}`),
    brotli: () => (packed ??= pack()),
  }
}
