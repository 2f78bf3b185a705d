import type { IncomingHttpHeaders } from 'node:http'

/** RFC 6265bis section 4.1.3.2: a browser takes this name only from a secure origin, for the whole host, and nobody else may set it. */
const SECURE_NAME = '__Host-session_id'
const PLAIN_NAME = 'session_id'
/** The longest that browsers keep a cookie. The session itself ends earlier, on the server. */
const YEAR_SECONDS = 400 * 86_400

/** The cookies of a request; of two with the same name the first counts, as browsers send the more exact one first. */
export function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    if (at > 0 && !cookies.has(name))
      cookies.set(
        name,
        pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      )
  }
  return cookies
}

export interface Credentials {
  readonly token: string | undefined
  /** The cookie of the original's scripts; must own the session when it is there. */
  readonly username: string | undefined
  readonly byCookie: boolean
}

/** Who the headers say it is. What a body names comes before this. */
export function readCredentials(headers: IncomingHttpHeaders): Credentials {
  const cookies = readCookies(headers.cookie)
  const username = cookies.get('username')
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { token: bearer, username, byCookie: false }
  const token = cookies.get(SECURE_NAME) ?? cookies.get(PLAIN_NAME)
  return { token, username, byCookie: token !== undefined }
}

/**
 * The Set-Cookie value of a session; an empty token takes it away.
 * @param lasting a device session stays after the browser is closed
 */
export function sessionCookie(token: string, { secure, lasting }: { secure: boolean; lasting: boolean }): string {
  const age = token === '' ? '; Max-Age=0' : lasting ? `; Max-Age=${YEAR_SECONDS}` : ''
  const name = secure ? SECURE_NAME : PLAIN_NAME
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${age}`
}
