import { ACCOUNT_COLUMNS, COMMON_TABLES } from '../known-tables.ts'
import type { KnownTable } from '../known.ts'

/** Where each column of the database is told of; a test compares them with the real ones. */
export const SQLITE_TABLES: readonly KnownTable[] = [
  ...COMMON_TABLES,
  {
    table: 'accounts',
    of: 'account = $1',
    time: 'created_at',
    columns: {
      account: 'inside',
      ...ACCOUNT_COLUMNS,
    },
  },
  {
    table: 'mailboxes',
    of: 'account = $1',
    grows: 'mailbox',
    counts: { rows: 'messages', bytes: 'bytes' },
    columns: { mailbox: 'inside', account: 'inside', last_seq: 'waiting', messages: 'waiting', bytes: 'waiting' },
  },
  {
    // The newest: those that the index does not have yet.
    table: 'dedup',
    of: "account = $1 AND number > (SELECT value FROM counters WHERE name = 'dedup')",
    grows: 'number',
    columns: {
      number: 'inside',
      account: 'inside',
      id: 'ids',
      digest: 'ids, not shown',
      after: 'ids, not shown',
      first: 'inside',
      texts: 'ids, not shown',
    },
  },
  {
    table: 'dedup_index',
    of: 'account = $1',
    grows: 'number',
    columns: { account: 'inside', id: 'ids', number: 'inside' },
  },
  // What waits for somebody is counted in `mailboxes`; what somebody sent can't be found without looking through everybody's.
  {
    table: 'messages',
    of: null,
    columns: {
      message: 'inside',
      kind: 'sent',
      sender: 'sent',
      addressee: 'sent',
      holders: 'sent',
      fetched: 'sent',
      accepted_at: 'sent',
      id: 'sent',
      timestamp: 'sent',
      body: 'sent',
      ends_at: 'sent',
    },
  },
  {
    table: 'entries',
    of: null,
    columns: {
      place: 'waiting',
      message: 'inside',
      sender: 'sent',
      bytes: 'waiting',
      holders: 'inside',
      shared: 'inside',
    },
  },
]
