import type { Handlers } from './calls.ts'
import type { Context } from './context.ts'
import type { Database } from './database.ts'
import { toNumber, toText } from './rows.ts'

type InviteHandlers = Pick<Handlers, 'createInvite' | 'listInvites' | 'withdrawInvite' | 'checkInvite'>

/** Counts one use, inside the sign-up's transaction. False: unknown, used up or too old. */
export function useInvite(db: Database, hash: Uint8Array, now: number): boolean {
  const { changes } = db
    .sql('UPDATE invites SET uses_left = uses_left - 1 WHERE hash = ? AND uses_left > 0 AND expires_at > ?')
    .run(hash, now)
  return changes === 1
}

export const inviteHandlers = ({ db }: Context): InviteHandlers => ({
  createInvite: (invite) => {
    db.sql('INSERT INTO invites (hash, handle, created_at, expires_at, uses_left) VALUES (?, ?, ?, ?, ?)').run(
      invite.hash,
      invite.handle,
      invite.createdAt,
      invite.expiresAt,
      invite.usesLeft,
    )
  },
  listInvites: (now) =>
    db
      .sql(
        `SELECT handle, created_at, expires_at, uses_left FROM invites
         WHERE expires_at > ? AND uses_left > 0 ORDER BY created_at, handle`,
      )
      .all(now)
      .map((row) => ({
        handle: toText(row['handle']),
        createdAt: toNumber(row['created_at']),
        expiresAt: toNumber(row['expires_at']),
        usesLeft: toNumber(row['uses_left']),
      })),
  withdrawInvite: (handle) => db.sql('DELETE FROM invites WHERE handle = ?').run(handle).changes !== 0,
  checkInvite: (hash, now) =>
    db.sql('SELECT 1 FROM invites WHERE hash = ? AND uses_left > 0 AND expires_at > ?').get(hash, now) !== undefined,
})
