CREATE TABLE accounts (
  account INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT NOT NULL COLLATE NOCASE UNIQUE,
  password_hash TEXT NOT NULL,
  public_key TEXT NOT NULL,
  wrapped_by_password TEXT,
  recovery_wrapped TEXT,
  recovery_proof BLOB,
  fresh_hash BLOB,
  fresh_until INTEGER,
  avatar TEXT,
  disabled INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  CHECK ((recovery_wrapped IS NULL) = (recovery_proof IS NULL)),
  CHECK ((fresh_hash IS NULL) = (fresh_until IS NULL))
) STRICT;

CREATE TABLE mailboxes (
  mailbox INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  last_seq INTEGER NOT NULL DEFAULT 0,
  messages INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX mailboxes_by_account ON mailboxes (account);

CREATE TABLE devices (
  device INTEGER PRIMARY KEY,
  device_id TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  mailbox INTEGER NOT NULL UNIQUE REFERENCES mailboxes ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen TEXT NOT NULL
, last_resort TEXT) STRICT;

CREATE INDEX devices_by_account ON devices (account);

CREATE TABLE sessions (
  session INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  device INTEGER REFERENCES devices ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_account ON sessions (account);

CREATE INDEX sessions_by_device ON sessions (device) WHERE device IS NOT NULL;

CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE messages (
  message INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  sender INTEGER NOT NULL,
  addressee INTEGER NOT NULL,
  holders INTEGER NOT NULL,
  fetched INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  id BLOB NOT NULL,
  timestamp REAL NOT NULL,
  body TEXT NOT NULL
, ends_at INTEGER) STRICT;

CREATE TABLE entries (
  place INTEGER PRIMARY KEY,
  message INTEGER NOT NULL,
  sender INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  holders INTEGER NOT NULL
, shared INTEGER) STRICT;

CREATE TABLE dedup (
  number INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  id BLOB NOT NULL,
  digest BLOB NOT NULL,
  after INTEGER NOT NULL,
  first INTEGER NOT NULL,
  texts INTEGER NOT NULL
) STRICT;

CREATE TABLE dedup_index (
  account INTEGER NOT NULL,
  id BLOB NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE invites (
  hash BLOB PRIMARY KEY,
  handle TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  uses_left INTEGER NOT NULL
) STRICT;

CREATE TABLE proofs (
  hash BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX proofs_by_end ON proofs (expires_at);

CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

CREATE TABLE key_packages (
  number INTEGER PRIMARY KEY,
  device INTEGER NOT NULL REFERENCES devices ON DELETE CASCADE,
  hash BLOB NOT NULL,
  body TEXT NOT NULL,
  claimed_at INTEGER
) STRICT;

CREATE UNIQUE INDEX key_packages_by_hash ON key_packages (device, hash);

CREATE INDEX key_packages_waiting ON key_packages (device, number) WHERE claimed_at IS NULL;

CREATE INDEX key_packages_by_claim ON key_packages (claimed_at) WHERE claimed_at IS NOT NULL;

CREATE TABLE group_epochs (
  hash BLOB PRIMARY KEY,
  epoch INTEGER NOT NULL,
  used_on INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX group_epochs_by_use ON group_epochs (used_on);

CREATE TABLE shared_texts (
  text INTEGER PRIMARY KEY,
  holders INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX messages_by_end ON messages (ends_at) WHERE ends_at IS NOT NULL;

CREATE TABLE blobs (
  blob INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  owner INTEGER REFERENCES accounts ON DELETE SET NULL,
  size INTEGER NOT NULL,
  uploaded INTEGER NOT NULL DEFAULT 0,
  is_own INTEGER NOT NULL,
  life INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  released_at INTEGER
) STRICT;

CREATE INDEX blobs_by_owner ON blobs (owner, size);

CREATE INDEX blobs_by_end ON blobs (ends_at) WHERE owner IS NOT NULL;

CREATE INDEX blobs_by_release ON blobs (released_at) WHERE owner IS NULL;

CREATE TABLE push_subscriptions (
  device INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
  endpoint TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  pushed_at INTEGER NOT NULL DEFAULT 0,
  pushed_seq INTEGER NOT NULL DEFAULT 0
) STRICT;
