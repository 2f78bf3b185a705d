import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** The least of an XMPP client (RFC 6120) that a load needs: plain TCP, one account, whole messages. The host is `localhost`, the resource `bench`. */
export interface XmppLine {
  /** Who hears the ids of messages now. */
  hear: (id: string) => void
  send(to: string, id: string, text: string): void
  /** Resolves when the server has answered a ping (XEP-0199): it has read everything sent before. */
  settle(): Promise<void>
  close(): void
}

const HEADER =
  '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">'
const PASSWORD = 'a password of the benchmark'
const iq = (type: 'get' | 'set', id: string, content: string): string => `<iq type="${type}" id="${id}">${content}</iq>`

/** Makes an account, in-band (XEP-0077). @throws Error with the server's answer when it refuses */
export async function register(port: number, username: string): Promise<void> {
  const stream = await openStream(port)
  const fields = `<username>${username}</username><password>${PASSWORD}</password>`
  stream.write(iq('set', 'register', `<query xmlns="jabber:iq:register">${fields}</query>`))
  const answer = await stream.until(/<iq[^>]*id=.register.[^>]*>/u)
  if (!answer.includes('result')) throw new Error(`no account: ${answer}`)
  stream.socket.destroy()
}

/** Signs in and becomes available. @throws Error with the server's answer when it refuses */
export async function signIn(port: number, username: string): Promise<XmppLine> {
  const stream = await openStream(port)
  const plain = Buffer.from(`\0${username}\0${PASSWORD}`).toString('base64')
  stream.write(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${plain}</auth>`)
  const answer = await stream.until(/<(?:success|failure)/u)
  if (!answer.includes('success')) throw new Error(`not signed in: ${answer}`)
  stream.write(HEADER)
  await stream.until(/<\/stream:features>/u)
  stream.write(iq('set', 'bind', '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>bench</resource></bind>'))
  await stream.until(/<iq[^>]*id=.bind.[^>]*>/u)
  return openLine(stream)
}

function openLine(stream: Stream): XmppLine {
  let pings = 0
  let answered: () => void = () => undefined
  const line: XmppLine = {
    hear: () => undefined,
    send: (to, id, text) => stream.write(`<message to="${to}" id="${id}" type="chat"><body>${text}</body></message>`),
    settle: () =>
      new Promise((resolve) => {
        answered = resolve
        stream.write(iq('get', `ping${(pings += 1)}`, '<ping xmlns="urn:xmpp:ping"/>'))
      }),
    close: () => stream.socket.destroy(),
  }
  stream.onStanza((stanza) => {
    const id = /\bid=["']([^"']*)/u.exec(stanza)?.[1] ?? ''
    if (stanza.startsWith('<message')) line.hear(id)
    else if (id === `ping${pings}`) answered()
  })
  stream.write('<presence/>')
  return line
}

interface Stream {
  readonly socket: Socket
  write(text: string): void
  /** Resolves with what came, when the pattern is in it. */
  until(pattern: RegExp): Promise<string>
  /** From now on each message and iq, from its beginning on. */
  onStanza(hear: (stanza: string) => void): void
}

async function openStream(port: number): Promise<Stream> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8').setNoDelay(true)
  await once(socket, 'connect')
  let text = ''
  let heard: () => void = () => undefined
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => undefined)
  socket.on('data', (part: string) => {
    text += part
    heard()
  })
  const write = (out: string) => void socket.write(out)
  const until = async (pattern: RegExp) => {
    for (;;) {
      if (pattern.test(text)) {
        const all = text
        text = ''
        return all
      }
      if (socket.destroyed) throw new Error(`the stream ended: ${text}`)
      await Promise.race([new Promise<void>((resolve) => (heard = resolve)), gone])
    }
  }
  const onStanza = (hear: (stanza: string) => void) => {
    heard = () => {
      text = eachStanza(text, hear)
    }
    heard()
  }
  write(HEADER)
  await until(/<\/stream:features>/u)
  return { socket, write, until, onStanza }
}

const STANZA = /<(message|iq|presence)\b(?:[^>]*\/>|[\s\S]*?<\/\1>)/gu

/** @returns what is not whole yet */
function eachStanza(text: string, hear: (stanza: string) => void): string {
  let end = 0
  for (const { 0: stanza, index } of text.matchAll(STANZA)) {
    hear(stanza)
    end = index + stanza.length
  }
  return text.slice(end)
}
