import { readFileSync } from 'node:fs'

/** Where NATS is and who we are there. */
export interface NatsAddress {
  readonly servers: string[]
  readonly user?: string
  readonly pass?: string
  readonly token?: string
  /** Null: not encrypted. With `ca` only that authority is believed. */
  readonly tls: { readonly ca?: string } | null
}

const FORM = 'It must be like nats://user:password@host:4222.'

/**
 * `nats://…` or, encrypted, `tls://…?ca=file`; a name alone before the @ is a token; several hosts are separated by commas.
 * @throws Error with one sentence for people, without the password
 */
export function natsAddressOf(url: string): NatsAddress {
  const parts = /^(nats|tls):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?ca=([^&#]+))?$/.exec(url)
  if (parts === null) throw new Error(`The address of NATS makes no sense. ${FORM}`)
  const [, scheme, credentials = '', hosts = '', authority] = parts
  const servers = hosts.split(',')
  const wrong = servers.find((server) => !/^(?:[^:[\]]+|\[[^\]]+\])(?::\d{1,5})?$/.test(server))
  if (wrong !== undefined) throw new Error(`The host ${wrong} of NATS makes no sense. ${FORM}`)
  const [name = '', pass] = credentials.split(/:(.*)/s).map(decoded)
  const who = pass === undefined ? (name === '' ? {} : { token: name }) : { user: name, pass }
  const ca = authority === undefined ? {} : { ca: readAuthority(decoded(authority)) }
  return { servers, ...who, tls: scheme === 'tls' ? ca : null }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new Error(`The address of NATS holds a % that means nothing. ${FORM}`, { cause })
  }
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`The certificate ${file} of NATS's authority cannot be read.`, { cause })
  }
}
