import type { Account, AccountChange, AccountNumber, NewAccount } from '../store.ts'
import type { Handlers } from './calls.ts'
import type { Context } from './context.ts'
import { forgetReceived, forgetSent } from './forget.ts'
import { useInvite } from './invites.ts'
import { forgetKeyPackages } from './key-packages.ts'
import { makeMailbox } from './restored.ts'
import { toBytes, toNumber, toNumberOrNull, toText, toTextOrNull } from './rows.ts'
import type { Row } from './rows.ts'

type AccountHandlers = Pick<
  Handlers,
  'createAccount' | 'findAccount' | 'getAccount' | 'changeAccount' | 'deleteAccount' | 'listAccounts'
>

const COLUMNS = `account, username, password_hash, public_key, wrapped_by_password, recovery_wrapped, recovery_proof,
  fresh_hash, fresh_until, avatar, disabled, created_at`

function accountOf(row: Row | undefined): Account | null {
  if (row === undefined) return null
  const wrapped = toTextOrNull(row['recovery_wrapped'])
  const until = toNumberOrNull(row['fresh_until'])
  return {
    account: toNumber(row['account']),
    username: toText(row['username']),
    passwordHash: toText(row['password_hash']),
    publicKey: toText(row['public_key']),
    wrappedByPassword: toTextOrNull(row['wrapped_by_password']),
    recovery: wrapped === null ? null : { wrapped, proofHash: toBytes(row['recovery_proof']) },
    freshStart: until === null ? null : { hash: toBytes(row['fresh_hash']), until },
    avatar: toTextOrNull(row['avatar']),
    disabled: toNumber(row['disabled']) === 1,
    createdAt: toNumber(row['created_at']),
  }
}

const get = ({ db }: Context, account: AccountNumber): Account | null =>
  accountOf(db.sql(`SELECT ${COLUMNS} FROM accounts WHERE account = ?`).get(account))

function createAccount(
  context: Context,
  fresh: NewAccount,
): 'created' | 'name_taken' | 'invite_invalid' | 'proof_used' {
  const { db } = context
  // All questions first: a sign-up that is refused uses up neither invite nor proof.
  if (db.sql('SELECT 1 FROM accounts WHERE username = ?').get(fresh.username) !== undefined) return 'name_taken'
  if (fresh.proof !== null && db.sql('SELECT 1 FROM proofs WHERE hash = ?').get(fresh.proof.hash) !== undefined) {
    return 'proof_used'
  }
  if (fresh.inviteHash !== null && !useInvite(db, fresh.inviteHash, fresh.now)) return 'invite_invalid'
  if (fresh.proof !== null) {
    db.sql('INSERT INTO proofs (hash, expires_at) VALUES (?, ?)').run(fresh.proof.hash, fresh.proof.until)
  }
  const { lastInsertRowid } = db
    .sql(
      `INSERT INTO accounts (username, password_hash, public_key, wrapped_by_password, recovery_wrapped, recovery_proof, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      fresh.username,
      fresh.passwordHash,
      fresh.publicKey,
      fresh.wrappedByPassword,
      fresh.recovery?.wrapped ?? null,
      fresh.recovery?.proofHash ?? null,
      fresh.now,
    )
  makeMailbox(db, lastInsertRowid)
  return 'created'
}

function endSessions({ db }: Context, account: AccountNumber, which: AccountChange['endSessions']): void {
  if (which === undefined) return
  if (which === 'all') db.sql('DELETE FROM sessions WHERE account = ?').run(account)
  else db.sql('DELETE FROM sessions WHERE account = ? AND hash <> ?').run(account, which.allBut)
}

function changeAccount(context: Context, account: AccountNumber, change: AccountChange): boolean {
  const before = get(context, account)
  if (before === null || (change.ifPasswordHash ?? before.passwordHash) !== before.passwordHash) return false
  const after = { ...before, ...change }
  context.db
    .sql(
      `UPDATE accounts SET password_hash = ?, public_key = ?, wrapped_by_password = ?, recovery_wrapped = ?, recovery_proof = ?,
       fresh_hash = ?, fresh_until = ?, avatar = ?, disabled = ? WHERE account = ?`,
    )
    .run(
      after.passwordHash,
      after.publicKey,
      after.wrappedByPassword,
      after.recovery?.wrapped ?? null,
      after.recovery?.proofHash ?? null,
      after.freshStart?.hash ?? null,
      after.freshStart?.until ?? null,
      after.avatar,
      after.disabled ? 1 : 0,
      account,
    )
  if (after.publicKey !== before.publicKey) forgetKeyPackages(context, account)
  endSessions(context, account, change.endSessions)
  return true
}

function deleteAccount(context: Context, account: AccountNumber): boolean {
  const state = context.cache.byNumber(account)
  if (state === null) return false
  forgetSent(context, account)
  for (const mailbox of state.mailboxes) forgetReceived(context, mailbox)
  context.cache.forget(account)
  context.cache.dedup.forget(account)
  context.db.sql('DELETE FROM accounts WHERE account = ?').run(account)
  return true
}

const LIST = `SELECT username, created_at, disabled,
  (SELECT count(*) FROM devices d WHERE d.account = a.account) AS devices,
  (SELECT coalesce(sum(messages), 0) FROM mailboxes m WHERE m.account = a.account) AS waiting,
  (SELECT coalesce(sum(bytes), 0) FROM mailboxes m WHERE m.account = a.account) AS waiting_bytes
  FROM accounts a WHERE username > ? ORDER BY username LIMIT ?`

export const accountHandlers = (context: Context): AccountHandlers => ({
  createAccount: (account) => createAccount(context, account),
  findAccount: (username) =>
    accountOf(context.db.sql(`SELECT ${COLUMNS} FROM accounts WHERE username = ?`).get(username)),
  getAccount: (account) => get(context, account),
  changeAccount: (account, change) => changeAccount(context, account, change),
  deleteAccount: (account) => deleteAccount(context, account),
  listAccounts: (after, limit) => {
    // The counters of this batch may be newer than the table's.
    context.cache.writeBack()
    return context.db
      .sql(LIST)
      .all(after, limit)
      .map((row) => ({
        username: toText(row['username']),
        createdAt: toNumber(row['created_at']),
        disabled: toNumber(row['disabled']) === 1,
        devices: toNumber(row['devices']),
        waiting: toNumber(row['waiting']),
        waitingBytes: toNumber(row['waiting_bytes']),
      }))
  },
})
