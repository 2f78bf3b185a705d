-- Accounts, sessions, devices, mailboxes, messages. Times are Unix milliseconds unless said otherwise.
-- Numbers of accounts and mailboxes are never given twice (AUTOINCREMENT): what is left of a deleted one can't reach a new one.

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

-- A mailbox that no device points at is its account's plain one. The counters belong to what waits now; last_seq only grows.
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
) STRICT;
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

-- The next three are written for every message: no foreign keys, as few indexes as can be; one writer keeps them in step.

-- One text per addressee account, deleted when the last of its holders (mailboxes) lets go of it. Numbers grow with acceptance and are
-- never given twice (counters). kind 0: a message. kind 1: the notice that `body` (a name) did not fetch the sender's message `id`.
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
) STRICT;

-- place = mailbox << 32 | seq: a mailbox lies together and in order in one tree, without an index beside it.
-- sender is 0 for notices. holders is what the text began with; 1 means that this entry alone holds it. Within a mailbox `message` grows with seq.
CREATE TABLE entries (
  place INTEGER PRIMARY KEY,
  message INTEGER NOT NULL,
  sender INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  holders INTEGER NOT NULL
) STRICT;

-- Kept as long as the account: (account, id) is unique for ever. The message's texts had the numbers first … first + texts - 1.
-- Written for every message, so rows are only added at the end; the index below follows in large sorted steps, and the storage thread
-- knows by heart what it doesn't have yet (everything above counter 'dedup').
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
INSERT INTO counters (name, value) VALUES ('message', 0), ('dedup', 0);
