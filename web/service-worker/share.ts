import { SHARE_MARK, SHARE_PATH } from '../src/page-lock.ts'

/** More is no message any more. */
const MOST = 16_000

/** What somebody shares from another program with the installed app (`share_target` of the manifest). It never leaves this browser. */
export const isShare = ({ method, url }: Pick<Request, 'method' | 'url'>, origin: string): boolean => {
  const asked = new URL(url)
  return method === 'POST' && asked.origin === origin && asked.pathname === SHARE_PATH
}

/** Title, words and address, each once: programs put the address into any of them. */
const wordsOf = (form: FormData): string => {
  const parts = ['title', 'text', 'url'].map((name) => form.get(name)).filter((part) => typeof part === 'string')
  const words = parts.map((part) => part.trim()).filter((part) => part !== '')
  return words
    .filter((part, at) => !words.some((other, place) => place !== at && isWithin(part, other, place < at)))
    .join('\n')
}

/** Of two that are the same the first stays. */
const isWithin = (part: string, other: string, isBefore: boolean): boolean =>
  other === part ? isBefore : other.includes(part)

/** Hands it to the page behind the mark in its address, which no server is sent. */
export const share = async (request: Request): Promise<Response> => {
  const words = await request.formData().then(wordsOf, () => '')
  const text = words.slice(0, MOST).toWellFormed()
  return Response.redirect(text === '' ? '/chats' : `/chats${SHARE_MARK}${encodeURIComponent(text)}`, 303)
}
