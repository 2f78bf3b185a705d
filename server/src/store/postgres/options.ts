import { readFileSync } from 'node:fs'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { LIMITS } from '@chatnip/protocol'
import type { StoreLimits } from '../store.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`; several hosts are separated by commas. */
  readonly url: string
  readonly limits?: Partial<StoreLimits>
  /** A node brings the tables up to date. The admin command works on them as they are, beside nodes that may be older. */
  readonly role?: 'node' | 'admin'
  /** Connections for calls; one more listens. */
  readonly connections?: number
  /** How many calls may wait before new ones are refused at once with `unavailable`. */
  readonly mostWaiting?: number
  /** How long a call may take, in milliseconds; then it fails with `unavailable`. */
  readonly patience?: number
  /** How long opening goes on trying while the database can't be reached, in milliseconds. */
  readonly startPatience?: number
}

/** Everything with its default filled in. */
export interface Settings {
  readonly address: Address
  readonly limits: StoreLimits
  readonly connections: number
  readonly mostWaiting: number
  readonly patience: number
  readonly startPatience: number
}

/** Where the database is and who we are there. */
export interface Address {
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly database: string
  readonly user: string
  readonly password: string
  /** False: the connection is not encrypted. */
  readonly tls: ConnectionOptions | false
}

/** Beyond this a server is so far behind that saying no at once is kinder than a promise. */
const MOST_WAITING = 20_000
/** A server must answer soon (delivery promise P11), and a node that was cut off must notice. */
const PATIENCE_MS = 4_000
/** Whoever starts database and server together need not wait for one before the other. */
const START_PATIENCE_MS = 15_000
const CONNECTIONS = 10
const PORT = 5432

export const settingsOf = (options: PostgresOptions): Settings => {
  return {
    address: addressOf(options.url),
    limits: { ...LIMITS, ...options.limits },
    connections: options.connections ?? CONNECTIONS,
    mostWaiting: options.mostWaiting ?? MOST_WAITING,
    patience: options.patience ?? PATIENCE_MS,
    startPatience: options.startPatience ?? START_PATIENCE_MS,
  }
}

const FORM = 'It must be like postgres://user:password@host:5432/database.'

/** @throws Error with one sentence for people, without the password */
export function addressOf(url: string): Address {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/([^@/?#]+)(?:\?([^#]*))?$/.exec(url)
  if (parts === null) throw new Error(`The address of the database makes no sense. ${FORM}`)
  const [, credentials = '', hosts = '', database = '', query = ''] = parts
  const [user = '', password = ''] = credentials.split(/:(.*)/s).map(decoded)
  const options = new URLSearchParams(query)
  const places = hosts.split(',').map(placeOf)
  return {
    hosts: places,
    database: decoded(database),
    user: user === '' ? 'chatnip' : user,
    password,
    tls: tlsOf(
      options,
      places.map(({ host }) => host),
    ),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new Error(`The address of the database holds a % that means nothing. ${FORM}`, { cause })
  }
}

function placeOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? PORT : Number(digits)
  if (host === undefined || port < 1 || port > 65_535)
    throw new Error(`The database's host ${text} makes no sense. ${FORM}`)
  return { host, port }
}

/**
 * Half-measures that libpq knows (allow, prefer, require) would encrypt to anybody who answers, so `require` means `verify-full` here.
 * With `sslrootcert` only that authority is believed.
 */
function tlsOf(options: URLSearchParams, hosts: readonly string[]): ConnectionOptions | false {
  const root = options.get('sslrootcert')
  const mode = options.get('sslmode') ?? (root === null ? 'disable' : 'verify-full')
  for (const name of options.keys()) {
    if (name !== 'sslmode' && name !== 'sslrootcert')
      throw new Error(`The address of the database may end with sslmode and sslrootcert, not with ${name}.`)
  }
  if (mode === 'disable') return false
  if (!['require', 'verify-ca', 'verify-full'].includes(mode))
    throw new Error(`sslmode must be disable, require, verify-ca or verify-full, not ${mode}.`)
  const ca = root === null || root === 'system' ? {} : { ca: readAuthority(root) }
  // verify-ca: the certificate may be for another name, the authority must be the one.
  const checkIdentity: ConnectionOptions['checkServerIdentity'] = (_name, certificate) =>
    mode === 'verify-ca' || hosts.some((host) => checkServerIdentity(host, certificate) === undefined)
      ? undefined
      : new Error('The certificate of the database is for another host.')
  return { rejectUnauthorized: true, checkServerIdentity: checkIdentity, ...ca }
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`The certificate ${file} of the database's authority cannot be read.`, { cause })
  }
}
