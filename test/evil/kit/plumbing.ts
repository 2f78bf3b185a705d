import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'

/** A JSON object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Texts go as they are, so that a test can say what is no JSON. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

export async function readBody(request: IncomingMessage): Promise<Fields> {
  const parts: string[] = []
  for await (const part of request) parts.push(String(part))
  const body: unknown = JSON.parse(parts.join('') === '' ? '{}' : parts.join(''))
  return isFields(body) ? body : {}
}
