import type { KnownTable } from './known.ts'

/** Where the columns that all stores have are told of. */

export const ACCOUNT_COLUMNS: KnownTable['columns'] = {
  username: 'account',
  password_hash: 'password, not shown',
  public_key: 'keys',
  wrapped_by_password: 'keys, not shown',
  recovery_wrapped: 'recovery, not shown',
  recovery_proof: 'recovery, not shown',
  fresh_hash: 'recovery, not shown',
  fresh_until: 'recovery',
  avatar: 'picture',
  disabled: 'account',
  created_at: 'account',
}

export const COMMON_TABLES: readonly KnownTable[] = [
  {
    table: 'devices',
    of: 'account = $1',
    time: 'created_at',
    columns: {
      device: 'inside',
      device_id: 'devices',
      account: 'inside',
      mailbox: 'inside',
      name: 'devices',
      created_at: 'devices',
      last_seen: 'devices',
      last_resort: 'key_packages, not shown',
    },
  },
  {
    table: 'sessions',
    of: 'account = $1',
    time: 'created_at',
    columns: {
      session: 'inside',
      hash: 'sessions, not shown',
      account: 'inside',
      device: 'inside',
      created_at: 'sessions',
      used_at: 'sessions',
      expires_at: 'sessions',
    },
  },
  {
    table: 'key_packages',
    of: 'device IN (SELECT device FROM devices WHERE account = $1)',
    grows: 'number',
    columns: {
      number: 'inside',
      device: 'inside',
      hash: 'key_packages',
      body: 'key_packages, not shown',
      claimed_at: 'key_packages',
    },
  },
  {
    table: 'blobs',
    of: 'owner = $1',
    grows: 'blob',
    counts: { rows: '1', bytes: 'size' },
    columns: {
      blob: 'inside',
      hash: 'blobs, not shown',
      owner: 'inside',
      size: 'blobs',
      uploaded: 'blobs',
      is_own: 'blobs',
      life: 'blobs',
      ends_at: 'blobs',
      released_at: 'inside',
    },
  },
  {
    table: 'push_subscriptions',
    of: 'device IN (SELECT device FROM devices WHERE account = $1)',
    time: 'created_at',
    columns: {
      device: 'inside',
      endpoint: 'push',
      created_at: 'push',
      pushed_at: 'push',
      pushed_seq: 'push',
    },
  },
  { table: 'shared_texts', of: null, columns: { text: 'inside', holders: 'inside', body: 'sent' } },
  { table: 'group_epochs', of: null, columns: { hash: 'nobody', epoch: 'nobody', used_on: 'nobody' } },
  {
    table: 'invites',
    of: null,
    columns: { hash: 'nobody', handle: 'nobody', created_at: 'nobody', expires_at: 'nobody', uses_left: 'nobody' },
  },
  { table: 'proofs', of: null, columns: { hash: 'nobody', expires_at: 'nobody' } },
  { table: 'secrets', of: null, columns: { name: 'nobody', value: 'nobody' } },
  { table: 'counters', of: null, columns: { name: 'nobody', value: 'nobody' } },
]
