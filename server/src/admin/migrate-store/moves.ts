/**
 * What of the embedded database goes where in PostgreSQL, in the order in which it can be put there. Each query gives the columns of its table in their
 * order. A test compares with the real tables of both: a column that is added anywhere must find its place here.
 *
 * Numbers stay what they are, but those of mailboxes: in PostgreSQL they begin with their account's (docs/decisions/0015). Nobody outside knows them. Places (`seq`),
 * ids and digests are the same, so that devices go on where they were, and what is sent a second time is known.
 */
export interface Move {
  readonly table: string
  readonly columns: string
  readonly query: string
  /** The table whose rows must all come along; null: the query makes its rows itself. */
  readonly all: string | null
}

/** Prepared in the connection's own temporary tables; the database itself is only read. */
export const PREPARE = `
  CREATE TEMP TABLE moved_boxes (mailbox INTEGER PRIMARY KEY, account INTEGER NOT NULL, number INTEGER NOT NULL);
  INSERT INTO moved_boxes SELECT mailbox, account, account << 16 | row_number() OVER (PARTITION BY account ORDER BY mailbox) FROM mailboxes;
  CREATE TEMP TABLE moved_shared (message INTEGER PRIMARY KEY, shared INTEGER NOT NULL);
  INSERT OR IGNORE INTO moved_shared SELECT message, shared FROM entries WHERE shared IS NOT NULL;
`

/** The same columns under the same name in both. */
const same = (table: string, columns: string): Move => ({
  table,
  columns,
  query: `SELECT ${columns} FROM ${table}`,
  all: table,
})

export const MOVES: readonly Move[] = [
  {
    table: 'accounts',
    columns:
      'account, name, username, password_hash, public_key, wrapped_by_password, recovery_wrapped, recovery_proof, fresh_hash, fresh_until, avatar, disabled, created_at, mailboxes_made',
    query: `SELECT account, lower(username), username, password_hash, public_key, wrapped_by_password, recovery_wrapped, recovery_proof, fresh_hash, fresh_until,
      avatar, disabled, created_at, (SELECT count(*) FROM mailboxes m WHERE m.account = a.account) FROM accounts a ORDER BY account`,
    all: 'accounts',
  },
  {
    table: 'mailboxes',
    columns: 'account, mailbox, plain, last_seq, messages, bytes',
    query: `SELECT m.account, b.number, NOT EXISTS (SELECT 1 FROM devices d WHERE d.mailbox = m.mailbox), m.last_seq, m.messages, m.bytes
      FROM mailboxes m CROSS JOIN moved_boxes b ON b.mailbox = m.mailbox ORDER BY m.mailbox`,
    all: 'mailboxes',
  },
  {
    table: 'devices',
    columns: 'device, device_id, account, mailbox, name, created_at, last_seen, last_resort',
    query: `SELECT d.device, d.device_id, d.account, b.number, d.name, d.created_at, d.last_seen, d.last_resort
      FROM devices d CROSS JOIN moved_boxes b ON b.mailbox = d.mailbox ORDER BY d.device`,
    all: 'devices',
  },
  same('key_packages', 'number, device, hash, body, claimed_at'),
  same('blobs', 'blob, hash, owner, size, uploaded, is_own, life, ends_at, released_at'),
  same('push_subscriptions', 'device, endpoint, created_at, pushed_at, pushed_seq'),
  same('sessions', 'session, hash, account, device, created_at, used_at, expires_at'),
  {
    table: 'messages',
    columns: 'account, message, kind, sender, holders, fetched, accepted_at, xact, id, sent_at, ends_at, shared, body',
    // Another database counts its transactions otherwise.
    query: `SELECT m.addressee, m.message, m.kind, m.sender, m.holders, m.fetched, m.accepted_at, 0, lower(hex(m.id)), m.timestamp, m.ends_at, s.shared, m.body
      FROM messages m LEFT JOIN moved_shared s ON s.message = m.message ORDER BY m.message`,
    all: 'messages',
  },
  same('shared_texts', 'text, holders, body'),
  same('group_epochs', 'hash, epoch, used_on'),
  {
    table: 'entries',
    columns: 'account, mailbox, seq, message, sender, bytes, holders',
    query: `SELECT b.account, b.number, e.place & 4294967295, e.message, e.sender, e.bytes, e.holders
      FROM entries e CROSS JOIN moved_boxes b ON b.mailbox = e.place >> 32 ORDER BY e.place`,
    all: 'entries',
  },
  {
    table: 'dedup',
    columns: 'account, id, digest, after, first, last',
    query: `SELECT account, lower(hex(id)), digest, after, iif(texts = 0, 0, first), iif(texts = 0, -1, first + texts - 1) FROM dedup ORDER BY number`,
    all: 'dedup',
  },
  same('invites', 'hash, handle, created_at, expires_at, uses_left'),
  same('proofs', 'hash, expires_at'),
  same('secrets', 'name, value'),
  {
    table: 'counters',
    columns: 'name, value',
    query: `SELECT 'first_seq', coalesce((SELECT value FROM counters WHERE name = 'first_seq'), 0) UNION ALL SELECT 'probe', 0`,
    all: null,
  },
]

/** Numbers that are never given twice: how far each had come. The ids of rows go on behind the greatest that there ever was. */
export const SEQUENCES: readonly { readonly sequence: string; readonly query: string }[] = [
  { sequence: 'message_numbers', query: "SELECT value AS last FROM counters WHERE name = 'message'" },
  ...['accounts.account', 'sessions.session'].map((column) => {
    const [table = '', name = ''] = column.split('.')
    return identity(table, name, `SELECT seq AS last FROM sqlite_sequence WHERE name = '${table}'`)
  }),
  ...['devices.device', 'key_packages.number', 'blobs.blob'].map((column) => {
    const [table = '', name = ''] = column.split('.')
    return identity(table, name, `SELECT max(${name}) AS last FROM ${table}`)
  }),
]

function identity(table: string, column: string, query: string) {
  return { sequence: `pg_get_serial_sequence('${table}', '${column}')`, query }
}
