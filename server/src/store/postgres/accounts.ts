import { foldName } from '../identity.ts'
import type { Account, AccountChange, AccountNumber, AccountStore, NewAccount } from '../store.ts'
import { tellChange } from './changes.ts'
import type { Context } from './context.ts'
import type { Ask, Undo } from './database.ts'
import { forgetKeyPackages } from './key-packages.ts'
import { deleteAccount } from './leaving.ts'
import { toBoolean, toBytes, toNumber, toNumberOrNull, toText, toTextOrNull } from './rows.ts'
import type { Row } from './rows.ts'
import { fromStored, toStored } from './text.ts'

const COLUMNS = `account, username, password_hash, public_key, wrapped_by_password, recovery_wrapped, recovery_proof,
  fresh_hash, fresh_until, avatar, disabled, created_at`

const stored = (text: string | null): string | null => (text === null ? null : toStored(text))
const restored = (text: string | null): string | null => (text === null ? null : fromStored(text))

function accountOf(row: Row | undefined): Account | null {
  if (row === undefined) return null
  const wrapped = restored(toTextOrNull(row['recovery_wrapped']))
  const until = toNumberOrNull(row['fresh_until'])
  return {
    account: toNumber(row['account']),
    username: toText(row['username']),
    passwordHash: toText(row['password_hash']),
    publicKey: fromStored(toText(row['public_key'])),
    wrappedByPassword: restored(toTextOrNull(row['wrapped_by_password'])),
    recovery: wrapped === null ? null : { wrapped, proofHash: toBytes(row['recovery_proof']) },
    freshStart: until === null ? null : { hash: toBytes(row['fresh_hash']), until },
    avatar: toTextOrNull(row['avatar']),
    disabled: toBoolean(row['disabled']),
    createdAt: toNumber(row['created_at']),
  }
}

type Created = Awaited<ReturnType<AccountStore['createAccount']>>

/** Uses up proof and invite; a sign-up that is refused uses up neither, since all of it is undone. */
async function redeem(ask: Ask, undo: Undo<Created>, { proof, inviteHash, now }: NewAccount): Promise<void> {
  if (proof !== null) {
    const [used] = await ask(
      'INSERT INTO proofs (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING expires_at',
      [proof.hash, proof.until],
    )
    if (used === undefined) undo('proof_used')
  }
  if (inviteHash === null) return
  const [invite] = await ask(
    'UPDATE invites SET uses_left = uses_left - 1 WHERE hash = $1 AND uses_left > 0 AND expires_at > $2 RETURNING uses_left',
    [inviteHash, now],
  )
  if (invite === undefined) undo('invite_invalid')
}

async function create(ask: Ask, undo: Undo<Created>, fresh: NewAccount): Promise<Created> {
  const name = toStored(foldName(fresh.username))
  const [taken] = await ask('SELECT account FROM accounts WHERE name = $1', [name])
  if (taken !== undefined) return 'name_taken'
  await redeem(ask, undo, fresh)
  const [made] = await ask(
    `INSERT INTO accounts (name, username, password_hash, public_key, wrapped_by_password, recovery_wrapped, recovery_proof, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING RETURNING account`,
    [
      name,
      toStored(fresh.username),
      fresh.passwordHash,
      toStored(fresh.publicKey),
      stored(fresh.wrappedByPassword),
      stored(fresh.recovery?.wrapped ?? null),
      fresh.recovery?.proofHash ?? null,
      fresh.now,
    ],
  )
  // Somebody else took the name in the same moment.
  if (made === undefined) return undo('name_taken')
  await ask('SELECT make_mailbox_1($1, true)', [toNumber(made['account'])])
  return 'created'
}

async function endSessions(ask: Ask, account: AccountNumber, which: AccountChange['endSessions']): Promise<void> {
  if (which === undefined) return
  if (which === 'all') await ask('DELETE FROM sessions WHERE account = $1', [account])
  else await ask('DELETE FROM sessions WHERE account = $1 AND hash <> $2', [account, which.allBut])
}

async function change(context: Context, ask: Ask, { account, what }: { account: AccountNumber; what: AccountChange }) {
  const [row] = await ask(`SELECT ${COLUMNS} FROM accounts WHERE account = $1 AND name IS NOT NULL FOR NO KEY UPDATE`, [
    account,
  ])
  const before = accountOf(row)
  if (before === null || (what.ifPasswordHash ?? before.passwordHash) !== before.passwordHash) return false
  const after = { ...before, ...what }
  await ask(
    `UPDATE accounts SET password_hash = $1, public_key = $2, wrapped_by_password = $3, recovery_wrapped = $4, recovery_proof = $5,
     fresh_hash = $6, fresh_until = $7, avatar = $8, disabled = $9 WHERE account = $10`,
    [
      after.passwordHash,
      toStored(after.publicKey),
      stored(after.wrappedByPassword),
      stored(after.recovery?.wrapped ?? null),
      after.recovery?.proofHash ?? null,
      after.freshStart?.hash ?? null,
      after.freshStart?.until ?? null,
      after.avatar,
      after.disabled,
      account,
    ],
  )
  if (after.publicKey !== before.publicKey) await forgetKeyPackages(ask, account)
  await endSessions(ask, account, what.endSessions)
  await tellChange(context, ask, account)
  return true
}

const LIST = `SELECT username, created_at, disabled,
  (SELECT count(*) FROM devices d WHERE d.account = a.account) AS devices,
  (SELECT coalesce(sum(messages), 0)::bigint FROM mailboxes m WHERE m.account = a.account) AS waiting,
  (SELECT coalesce(sum(bytes), 0)::bigint FROM mailboxes m WHERE m.account = a.account) AS waiting_bytes
  FROM accounts a WHERE name > $1 ORDER BY name LIMIT $2`

export const accountStore = (context: Context): AccountStore => ({
  createAccount: (account) => context.db.together((ask, undo) => create(ask, undo, account)),
  findAccount: async (username) => {
    const [row] = await context.db.ask(`SELECT ${COLUMNS} FROM accounts WHERE name = $1`, [
      toStored(foldName(username)),
    ])
    return accountOf(row)
  },
  getAccount: async (account) => {
    const [row] = await context.db.ask(`SELECT ${COLUMNS} FROM accounts WHERE account = $1 AND name IS NOT NULL`, [
      account,
    ])
    return accountOf(row)
  },
  changeAccount: (account, what) => context.db.together((ask) => change(context, ask, { account, what })),
  deleteAccount: (account) => deleteAccount(context, account),
  listAccounts: async (after, limit) =>
    (await context.db.ask(LIST, [toStored(foldName(after)), limit])).map((row) => ({
      username: toText(row['username']),
      createdAt: toNumber(row['created_at']),
      disabled: toBoolean(row['disabled']),
      devices: toNumber(row['devices']),
      waiting: toNumber(row['waiting']),
      waitingBytes: toNumber(row['waiting_bytes']),
    })),
})
