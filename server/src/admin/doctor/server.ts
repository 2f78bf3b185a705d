import type { Config } from '../../config.ts'
import { baseUrl } from '../data.ts'
import { bad, look, ok } from './finding.ts'
import type { Finding } from './finding.ts'

const PATIENCE_MS = 3_000

/** Asks the running server, on its own port rather than through the proxy. */
export async function checkServer(config: Config): Promise<Finding> {
  if (config.port === 0)
    return look('PORT is 0, a different port at each start: the running server cannot be asked. Set a fixed one.')
  const url = baseUrl({ ...config, publicUrl: null })
  const answer = await ask(`${url}/readyz`)
  if (answer === null)
    return look(
      `No server answers at ${url}. Start it with "npm start", or give this command the server's HOST and PORT.`,
    )
  if (answer.status === 200 && answer.text === 'OK') return ok(`The server at ${url} answers and can store.`)
  if (answer.status === 503)
    return bad(`The server at ${url} answers but cannot store. See its log, and the lines on disk and database above.`)
  return look(
    `Something at ${url} answers ${answer.status}, but it is not Chatnip. Give this command the server's HOST and PORT.`,
  )
}

async function ask(url: string): Promise<{ readonly status: number; readonly text: string } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' })
    return { status: response.status, text: (await response.text()).trim() }
  } catch {
    return null
  }
}
