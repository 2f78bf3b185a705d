import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** For tests: authorities and certificates of a day, made by the system's openssl (3 or newer). */
export interface Certificates {
  /** Files. */
  readonly authority: string
  readonly strangeAuthority: string
  /** For this machine, by name and address. */
  readonly right: KeyPair
  /** By the same authority, for another name. */
  readonly elsewhere: KeyPair
  readonly folder: string
  remove(): Promise<void>
}

export interface KeyPair {
  readonly cert: string
  readonly key: string
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

/** @returns the certificates, or in words why there can be none here */
export async function makeCertificates(): Promise<Certificates | string> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-certificates-'))
  const pairOf = (name: string): KeyPair => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) })
  const make = async (name: string, ...more: readonly string[]): Promise<KeyPair> => {
    const { cert, key } = pairOf(name)
    const files = ['-keyout', key, '-out', cert, '-subj', `/CN=${name}`]
    await promisify(execFile)('openssl', ['req', '-x509', ...KEY, ...files, ...more])
    return { cert, key }
  }
  try {
    const authority = await make('authority')
    const strange = await make('strange')
    const by = ['-CA', authority.cert, '-CAkey', authority.key, '-addext', 'basicConstraints=critical,CA:FALSE']
    return {
      authority: authority.cert,
      strangeAuthority: strange.cert,
      right: await make('right', ...by, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'),
      elsewhere: await make('elsewhere', ...by, '-addext', 'subjectAltName=DNS:elsewhere.example'),
      folder,
      remove: () => rm(folder, { recursive: true, force: true }),
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    return `no openssl 3: ${String(error)}`
  }
}
