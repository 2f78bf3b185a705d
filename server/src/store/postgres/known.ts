import { ACCOUNT_COLUMNS, COMMON_TABLES } from '../known-tables.ts'
import type { KnownTable } from '../known.ts'

/** Where each column of the database is told of; a test compares them with the real ones. */
export const POSTGRES_TABLES: readonly KnownTable[] = [
  ...COMMON_TABLES,
  {
    table: 'accounts',
    of: 'account = $1',
    time: 'created_at',
    columns: {
      account: 'inside',
      name: 'account',
      ...ACCOUNT_COLUMNS,
      mailboxes_made: 'inside',
    },
  },
  {
    table: 'mailboxes',
    of: 'account = $1',
    grows: 'mailbox',
    counts: { rows: 'messages', bytes: 'bytes' },
    columns: {
      account: 'inside',
      mailbox: 'inside',
      plain: 'inside',
      last_seq: 'waiting',
      messages: 'waiting',
      bytes: 'waiting',
      tallied: 'inside',
    },
  },
  {
    table: 'dedup',
    of: 'account = $1',
    grows: 'first',
    columns: {
      account: 'inside',
      id: 'ids',
      digest: 'ids, not shown',
      after: 'ids, not shown',
      first: 'inside',
      last: 'inside',
    },
  },
  // What waits for somebody is counted in `mailboxes`; what somebody sent can't be found without looking through everybody's.
  {
    table: 'messages',
    of: null,
    columns: {
      account: 'sent',
      message: 'inside',
      kind: 'sent',
      sender: 'sent',
      holders: 'sent',
      fetched: 'sent',
      accepted_at: 'sent',
      xact: 'inside',
      id: 'sent',
      sent_at: 'sent',
      ends_at: 'sent',
      shared: 'inside',
      body: 'sent',
    },
  },
  {
    table: 'entries',
    of: null,
    columns: {
      account: 'inside',
      mailbox: 'inside',
      seq: 'waiting',
      message: 'inside',
      sender: 'sent',
      bytes: 'waiting',
      holders: 'inside',
    },
  },
  {
    table: 'tallies',
    of: null,
    columns: { account: 'inside', mailbox: 'inside', sender: 'sent', messages: 'sent', bytes: 'sent' },
  },
  {
    table: 'migrations',
    of: null,
    columns: { version: 'nobody', works_with: 'nobody', at: 'nobody' },
  },
]
