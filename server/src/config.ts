import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { BlockList, isIP } from 'node:net'
import { LIMITS } from '@chatnip/protocol'
import { readPlace } from './files/place.ts'
import type { FilesPlace } from './files/place.ts'
import { LOG_LEVELS } from './log.ts'
import { PUSH_SERVICES } from './push/policy.ts'

/** One line of the table: the environment variable, its default, why it is there, and how its text becomes a value. */
export interface Setting<T> {
  readonly key: string
  readonly fallback: string
  readonly reason: string
  /** @throws ConfigError with one sentence when the text makes no sense */
  readonly read: (text: string, key: string) => T
}

/** Something in the environment is wrong; the message is one sentence for whoever starts the server. */
export class ConfigError extends Error {}

const setting = <T>(key: string, fallback: string, read: Setting<T>['read'], reason: string): Setting<T> => ({
  key,
  fallback,
  reason,
  read,
})

const text = (value: string, key: string): string => {
  if (value.trim() === '') throw new ConfigError(`${key} must not be empty.`)
  return value
}

const wholeNumber = (least: number, most: number) => (value: string, key: string) => {
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= least && number <= most) return number
  throw new ConfigError(`${key} must be a whole number from ${least} to ${most}, not "${value}".`)
}

const oneOf =
  <const W extends readonly string[]>(words: W) =>
  (value: string, key: string): W[number] => {
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    throw new ConfigError(`${key} must be one of ${words.join(', ')}, not "${value}".`)
  }

/** An origin: scheme, host and port, nothing after. */
const publicUrl = (value: string, key: string): string | null => {
  if (value === '') return null
  const url = URL.parse(value)
  const plain = url !== null && ['http:', 'https:'].includes(url.protocol) && ['', '/'].includes(url.pathname)
  if (plain && url.search === '' && url.hash === '' && url.username === '') return url.origin
  throw new ConfigError(
    `${key} must be like https://chat.example.org, without anything after the host, not "${value}".`,
  )
}

const filesPlace = (value: string, key: string): FilesPlace | null => {
  if (value === '') return null
  const place = readPlace(value)
  if (place !== null) return place
  // Not what was given: it may hold a secret.
  throw new ConfigError(
    `${key} must be the full path of a folder, or like https://KEY:SECRET@s3.example.org/bucket?region=eu-central-1.`,
  )
}

/** Addresses and networks of proxies whose X-Forwarded headers are believed. */
const trustedProxies = (value: string, key: string): BlockList | null => {
  const parts = value.split(/[\s,]+/).filter((part) => part !== '' && part !== 'off')
  if (parts.length === 0) return null
  const list = new BlockList()
  for (const part of parts.flatMap((name) => (name === 'loopback' ? ['127.0.0.0/8', '::1/128'] : [name]))) {
    const [address = '', bits, more] = part.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    const width = bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits)
    if (
      isIP(address) === 0 ||
      more !== undefined ||
      !Number.isInteger(width) ||
      width < 0 ||
      width > (family === 'ipv6' ? 128 : 32)
    )
      throw new ConfigError(`${key} must be off, loopback, or addresses like 10.0.0.2 or 10.0.0.0/8, not "${part}".`)
    list.addSubnet(address, width, family)
  }
  return list
}

/** A host, or with a dot in front all below it; never a bare address. */
const PUSH_HOST = /^\.?(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$/

const pushServices = (value: string, key: string): readonly string[] | null => {
  if (value === 'off') return null
  if (value === 'on') return PUSH_SERVICES
  const hosts = value.toLowerCase().split(/[\s,]+/)
  const wrong = hosts.find((host) => !PUSH_HOST.test(host))
  if (wrong === undefined) return hosts
  throw new ConfigError(`${key} must be on, off, or hosts like push.example.org or .example.org, not "${wrong}".`)
}

/** `9464`, or `127.0.0.1:9464`: without a host this machine alone. */
const listenAddress = (value: string, key: string): { readonly host: string; readonly port: number } | null => {
  if (value === '') return null
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]:|([^\s:[\]]+):)?(\d{1,5})$/i.exec(value) ?? []
  if (port !== undefined && Number(port) <= 65_535)
    return { host: bracketed ?? plain ?? '127.0.0.1', port: Number(port) }
  throw new ConfigError(`${key} must be a port like 9464, or an address like 10.0.0.5:9464, not "${value}".`)
}

const MEBIBYTE = 1024 * 1024

/** Every setting there is. docs/self-hosting.md is written from this table. */
export const SETTINGS = {
  host: setting(
    'HOST',
    '127.0.0.1',
    text,
    'The address to listen on. Only this machine by default: put a proxy with TLS in front before others come.',
  ),
  port: setting('PORT', '5000', wholeNumber(0, 65_535), 'The port to listen on; 0 takes any free one.'),
  data: setting(
    'CHATNIP_DATA',
    './data',
    text,
    'The folder with the database, the avatars and the blobs: all that there is to back up.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    '',
    (value) => (value === '' ? null : value),
    'A PostgreSQL that several nodes share, like postgres://user:password@host:5432/database, instead of the database in the folder. Ends with ?sslmode=verify-full or ?sslrootcert=FILE to be encrypted.',
  ),
  natsUrl: setting(
    'NATS_URL',
    '',
    (value) => (value === '' ? null : value),
    'A NATS by which several nodes wake each other at once, like nats://user:password@host:4222, or tls://…?ca=FILE; nkey=FILE or creds=FILE in place of a password. Only with DATABASE_URL.',
  ),
  files: setting(
    'CHATNIP_FILES',
    '',
    filesPlace,
    'Where avatars and blobs lie instead of the data folder: the full path of a folder that several nodes share, or a bucket of any S3-compatible store, like https://KEY:SECRET@s3.example.org/bucket?region=eu-central-1 (special characters of the secret as %2F and so on).',
  ),
  quotaMegabytes: setting(
    'CHATNIP_QUOTA_MB',
    String(LIMITS.blobBytesPerAccount / MEBIBYTE),
    wholeNumber(1, 1_048_576),
    'How much encrypted files (blobs) of one account may take at a time, in MiB.',
  ),
  publicUrl: setting(
    'CHATNIP_PUBLIC_URL',
    '',
    publicUrl,
    'The address that people open, like https://chat.example.org. With it set, browsers are served under no other name and cookies are Secure when it is https.',
  ),
  signup: setting(
    'CHATNIP_SIGNUP',
    'open',
    oneOf(['open', 'invite', 'closed']),
    'Who may make an account: anybody, whoever has an invite, or nobody.',
  ),
  push: setting(
    'CHATNIP_PUSH',
    'on',
    pushServices,
    'Waking browsers whose pages are closed, by the push service of their maker (Google, Mozilla, Apple, Microsoft), which learns when, and nothing else: on, off, or the hosts of the push services to use instead, like push.example.org, .example.net.',
  ),
  questions: setting(
    'CHATNIP_QUESTIONS',
    '',
    (value) => (value === '' ? null : value),
    'A file of question|answer lines that replaces our own sign-up questions.',
  ),
  sessionMinutes: setting(
    'CHATNIP_SESSION_MINUTES',
    String(LIMITS.sessionMinutes),
    wholeNumber(1, 1_440),
    'How long a plain session (a script) lives after its last use. Device sessions live 30 days.',
  ),
  retentionDays: setting(
    'CHATNIP_RETENTION_DAYS',
    String(LIMITS.retentionDays),
    wholeNumber(1, 365),
    'How long a message waits for its addressee before it is deleted and its sender told.',
  ),
  trustProxy: setting(
    'CHATNIP_TRUST_PROXY',
    'off',
    trustedProxies,
    'Proxies whose X-Forwarded-For, -Proto and -Host are believed: off, loopback, or a list of addresses and networks.',
  ),
  rateLimits: setting(
    'CHATNIP_RATE_LIMITS',
    'on',
    oneOf(['on', 'off']),
    'Off is for tests and benchmarks only: without limits anybody can guess passwords and flood.',
  ),
  metrics: setting(
    'CHATNIP_METRICS',
    '',
    listenAddress,
    'Where figures for Prometheus are served at /metrics: a port of this machine, like 9464, or an address like 10.0.0.5:9464. Nothing is counted without it. Never let the world reach it.',
  ),
  log: setting(
    'CHATNIP_LOG',
    'info',
    oneOf(LOG_LEVELS),
    'How much is logged to standard error. Never contents, names, addresses or tokens, at any level.',
  ),
} as const

export type Config = { readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['read']> }

/**
 * Reads the whole configuration.
 * @param env usually `process.env`; an unset or empty variable takes its default
 * @throws ConfigError with one clear sentence
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const value = <T>({ key, fallback, read }: Setting<T>): T => {
    const given = env[key]?.trim() ?? ''
    return read(given === '' ? fallback : given, key)
  }
  return Object.freeze({
    host: value(SETTINGS.host),
    port: value(SETTINGS.port),
    data: resolve(value(SETTINGS.data)),
    databaseUrl: value(SETTINGS.databaseUrl),
    natsUrl: value(SETTINGS.natsUrl),
    files: value(SETTINGS.files),
    quotaMegabytes: value(SETTINGS.quotaMegabytes),
    publicUrl: value(SETTINGS.publicUrl),
    signup: value(SETTINGS.signup),
    push: value(SETTINGS.push),
    questions: value(SETTINGS.questions),
    sessionMinutes: value(SETTINGS.sessionMinutes),
    retentionDays: value(SETTINGS.retentionDays),
    trustProxy: value(SETTINGS.trustProxy),
    rateLimits: value(SETTINGS.rateLimits),
    metrics: value(SETTINGS.metrics),
    log: value(SETTINGS.log),
  })
}

/**
 * Makes the data folder, for this user only.
 * @throws ConfigError when it cannot be made or written
 */
export function prepareDataFolder(folder: string): void {
  try {
    makeFolder(folder)
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new ConfigError(
      `The folder ${folder} cannot be written. Choose another with CHATNIP_DATA or change its owner.`,
      { cause },
    )
  }
}

/** One folder at a time: mkdir's own `recursive` never returns where nothing can be made (seen with /proc/x on Node 24). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

/** What whoever runs the server limits otherwise than `LIMITS`. */
export const storeLimits = ({ retentionDays, quotaMegabytes }: Config) => ({
  retentionDays,
  blobBytesPerAccount: quotaMegabytes * MEBIBYTE,
})

/** Pictures and blobs: in the data folder unless said otherwise. */
export const filesPlaceOf = ({ files, data }: Config): FilesPlace => files ?? { folder: data }

/** Where the embedded database lies. */
export const databaseFile = (data: string): string => join(data, 'chatnip.sqlite')
