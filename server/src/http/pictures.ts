import type { FastifyInstance, FastifyReply } from 'fastify'
import { ChatnipError, USERNAME_PATTERN } from '@chatnip/protocol'
import type { Avatars } from '../accounts/avatars.ts'
import { defaultAvatar } from '../accounts/default-avatar.ts'
import { SANDBOXED } from './headers.ts'

const HASH = /^[0-9a-f]{64}$/
const USERNAME = new RegExp(USERNAME_PATTERN)

/** Avatars. Names are content hashes, so a picture never changes and may be kept for ever. */
export function servePictures(app: FastifyInstance, avatars: Avatars): void {
  const send = (reply: FastifyReply, type: string, picture: Uint8Array | string) =>
    reply
      .headers({ 'content-security-policy': SANDBOXED, 'cache-control': 'public, max-age=31536000, immutable' })
      .type(type)
      .send(picture)

  app.get<{ Params: { file: string } }>('/avatars/:file', async ({ params }, reply) => {
    const hash = params.file.replace(/\.webp$/, '')
    const picture = HASH.test(hash) && params.file.endsWith('.webp') ? await avatars.read(hash) : null
    if (picture === null) throw new ChatnipError('not_found')
    return send(reply, 'image/webp', picture)
  })
  app.get<{ Params: { file: string } }>('/avatars/default/:file', ({ params }, reply) => {
    const name = params.file.replace(/\.svg$/, '')
    if (!USERNAME.test(name) || !params.file.endsWith('.svg')) throw new ChatnipError('not_found')
    return send(reply, 'image/svg+xml', defaultAvatar(name))
  })
}
