import { readFileSync } from 'node:fs'
import { credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node'
import type { Authenticator } from '@nats-io/transport-node'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'

/** Where NATS is and who we are there. */
export interface NatsAddress {
  readonly servers: string[]
  readonly user?: string
  readonly pass?: string
  readonly token?: string
  /** The seed of an nkey, or what a creds file holds: read from files, which only the server's user may read. */
  readonly nkey?: string
  readonly creds?: string
  /** Null: not encrypted. With `ca` only that authority is believed. */
  readonly tls: (Pick<ConnectionOptions, 'checkServerIdentity'> & { readonly ca?: string }) | null
}

const FORM = 'It must be like nats://user:password@host:4222.'

/**
 * `nats://…` or, encrypted, `tls://…?ca=file`; a name alone before the @ is a token; `nkey=file` and `creds=file` stand for the other ways to say who we
 * are; several hosts are separated by commas.
 * @throws Error with one sentence for people, without the password
 */
export function natsAddressOf(url: string): NatsAddress {
  const parts = /^(nats|tls):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/.exec(url)
  if (parts === null) throw new Error(`The address of NATS makes no sense. ${FORM}`)
  const [, scheme, credentials = '', hosts = '', query = ''] = parts
  const servers = hosts.split(',')
  const wrong = servers.find((server) => !/^(?:[^:[\]]+|\[[^\]]+\])(?::\d{1,5})?$/.test(server))
  if (wrong !== undefined) throw new Error(`The host ${wrong} of NATS makes no sense. ${FORM}`)
  const files = filesOf(query)
  if (files.ca !== undefined && scheme !== 'tls')
    throw new Error('The address of NATS names an authority (ca) and is not encrypted. It must begin with tls://.')
  const tls = scheme === 'tls' ? tlsOf(servers, files.ca) : null
  return { servers, ...whoOf(credentials, files), tls }
}

type Files = Readonly<Partial<Record<'ca' | 'nkey' | 'creds', string>>>

/** What the files hold that the address names. */
function filesOf(query: string): Files {
  const found: Partial<Record<keyof Files, string>> = {}
  for (const [name, file] of new URLSearchParams(query)) {
    if (name !== 'ca' && name !== 'nkey' && name !== 'creds')
      throw new Error(`The address of NATS may end with ca, nkey and creds, not with ${name}.`)
    found[name] = readNamed(file)
  }
  return found
}

/** At most one way to say who we are. */
function whoOf(credentials: string, { nkey, creds }: Files): Omit<NatsAddress, 'servers' | 'tls'> {
  if ([credentials === '' ? undefined : credentials, nkey, creds].filter((way) => way !== undefined).length > 1)
    throw new Error(
      'The address of NATS says in more than one way who we are. One of password, token, nkey and creds is enough.',
    )
  if (nkey !== undefined) return { nkey: checked(nkey.trim(), { kind: 'nkey', answer: nkeyAuthenticator }) }
  if (creds !== undefined) return { creds: checked(creds, { kind: 'creds', answer: credsAuthenticator }) }
  const [name = '', pass] = credentials.split(/:(.*)/s).map(decoded)
  if (pass !== undefined) return { user: name, pass }
  return name === '' ? {} : { token: name }
}

/** The client would stumble over one that makes no sense only when it is asked who we are, and wait for nothing then. */
function checked(
  text: string,
  { kind, answer }: { readonly kind: string; readonly answer: (secret: Uint8Array) => Authenticator },
): string {
  try {
    answer(Buffer.from(text))('any question')
    return text
  } catch (cause) {
    throw new Error(
      `The file that the address of NATS names as ${kind} holds no ${kind === 'nkey' ? 'seed of a user' : 'credentials of a user'}.`,
      { cause },
    )
  }
}

/** The certificate must be for one of the hosts that the address names. (The client would take any for localhost where a host is an IP address.) */
function tlsOf(servers: readonly string[], ca: string | undefined): NatsAddress['tls'] {
  const names = servers.map((server) => server.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
  const checkIdentity: ConnectionOptions['checkServerIdentity'] = (_name, certificate) =>
    names.some((name) => checkServerIdentity(name, certificate) === undefined)
      ? undefined
      : new Error('The certificate of NATS is for another host.')
  return { checkServerIdentity: checkIdentity, ...(ca === undefined ? {} : { ca }) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new Error(`The address of NATS holds a % that means nothing. ${FORM}`, { cause })
  }
}

function readNamed(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`The file ${file} that the address of NATS names cannot be read.`, { cause })
  }
}
