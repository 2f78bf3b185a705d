ALTER TABLE devices ADD COLUMN last_resort TEXT;

-- What was handed out leaves its hash behind for a while, so that an upload that is repeated can't bring it back.
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
