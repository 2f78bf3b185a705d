import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** One kept-alive HTTP/1.1 connection, by hand: a full client would cost more than the server that it measures. */
export interface HttpLine {
  /** Posts JSON and gives back the reply's body. Rejects when the status is not 200. */
  post(name: string, body: object, session: string): Promise<string>
  close(): void
}

export async function openHttp(address: string): Promise<HttpLine> {
  const { hostname, port } = new URL(address)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return {
    post: async (name, body, session) => {
      const json = JSON.stringify(body)
      const reply = readReply(socket)
      socket.write(
        `POST /${name} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer ${session}\r\n` +
          `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
      )
      return reply
    },
    close: () => socket.destroy(),
  }
}

/** Reads one reply that says how long it is. */
function readReply(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = ''
    const end = (finish: () => void) => {
      socket.off('data', hear)
      socket.off('close', lost)
      finish()
    }
    const lost = () => end(() => reject(new Error('the server closed the connection')))
    const hear = (data: Buffer) => {
      got += data.toString('latin1')
      const head = got.indexOf('\r\n\r\n')
      const length = /content-length: (\d+)/i.exec(got)?.[1]
      if (head === -1 || length === undefined || got.length < head + 4 + Number(length)) return
      const body = got.slice(head + 4)
      const isFine = got.startsWith('HTTP/1.1 200')
      end(() => (isFine ? resolve(body) : reject(new Error(got.slice(0, 200)))))
    }
    socket.on('data', hear)
    socket.on('close', lost)
  })
}
