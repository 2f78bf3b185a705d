-- Encrypted files, whose bytes lie elsewhere. Of an id only the hash. Without an owner it is nobody's: its bytes go some minutes after
-- released_at, and then the row.
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
