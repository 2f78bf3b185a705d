import type { InviteStore } from '../store.ts'
import type { Context } from './context.ts'
import { toNumber, toText } from './rows.ts'

export const inviteStore = ({ db }: Context): InviteStore => ({
  createInvite: async ({ hash, handle, createdAt, expiresAt, usesLeft }) => {
    await db.ask('INSERT INTO invites (hash, handle, created_at, expires_at, uses_left) VALUES ($1, $2, $3, $4, $5)', [
      hash,
      handle,
      createdAt,
      expiresAt,
      usesLeft,
    ])
  },
  listInvites: async (now) =>
    (
      await db.ask(
        `SELECT handle, created_at, expires_at, uses_left FROM invites
         WHERE expires_at > $1 AND uses_left > 0 ORDER BY created_at, handle`,
        [now],
      )
    ).map((row) => ({
      handle: toText(row['handle']),
      createdAt: toNumber(row['created_at']),
      expiresAt: toNumber(row['expires_at']),
      usesLeft: toNumber(row['uses_left']),
    })),
  withdrawInvite: async (handle) =>
    (await db.ask('DELETE FROM invites WHERE handle = $1 RETURNING handle', [handle])).length > 0,
  checkInvite: async (hash, now) =>
    (await db.ask('SELECT 1 AS good FROM invites WHERE hash = $1 AND uses_left > 0 AND expires_at > $2', [hash, now]))
      .length > 0,
})
