import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What a shell script of somebody's brings about: nothing but JSON, cookies that it keeps itself, and files. */
export interface PlainAsked {
  readonly json?: unknown
  /** As the original's clients send them. */
  readonly cookies?: Readonly<Record<string, string>>
  /** A file for the form field `avatar`. */
  readonly avatar?: string
  readonly method?: 'GET' | 'POST'
}

export interface PlainAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

export interface PlainClient {
  readonly tool: 'curl' | 'fetch'
  ask(url: string, asked?: PlainAsked): Promise<PlainAnswer>
}

/** curl when this machine has it; it follows no redirect and keeps nothing. Node's fetch else. */
export async function plainClient(): Promise<PlainClient> {
  const hasCurl = await run(['--version']).then(
    () => true,
    () => false,
  )
  return hasCurl ? { tool: 'curl', ask: askByCurl } : { tool: 'fetch', ask: askByFetch }
}

const run = (args: string[]) => promisify(execFile)('curl', args, { maxBuffer: 32 * 1024 * 1024 })
const cookieText = (cookies: Readonly<Record<string, string>> = {}) =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')

async function askByCurl(url: string, { json, cookies, avatar, method }: PlainAsked = {}): Promise<PlainAnswer> {
  const { stdout } = await run([
    '--silent',
    '--show-error',
    '--max-time',
    '10',
    ...(method === undefined ? [] : ['--request', method]),
    ...(json === undefined ? [] : ['--header', 'Content-Type: application/json', '--data', JSON.stringify(json)]),
    ...(cookies === undefined ? [] : ['--cookie', cookieText(cookies)]),
    ...(avatar === undefined ? [] : ['--form', `avatar=@${avatar}`]),
    '--write-out',
    '\n%{http_code} %{content_type}',
    url,
  ])
  const [, text = '', status = '', type = ''] = /^([^]*)\n(\d{3}) (.*)$/.exec(stdout) ?? []
  return { status: Number(status), type, text }
}

async function askByFetch(url: string, { json, cookies, avatar, method }: PlainAsked = {}): Promise<PlainAnswer> {
  const form = new FormData()
  if (avatar !== undefined) form.set('avatar', new Blob([await readFile(avatar)]), 'avatar')
  const answer = await fetch(url, {
    method: method ?? (json === undefined && avatar === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookies === undefined ? {} : { cookie: cookieText(cookies) }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(avatar === undefined ? {} : { body: form }),
  })
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
}
