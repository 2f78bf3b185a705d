-- Where a device's browser is woken; when that last was done, and for what.
CREATE TABLE push_subscriptions (
  device INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
  endpoint TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  pushed_at INTEGER NOT NULL DEFAULT 0,
  pushed_seq INTEGER NOT NULL DEFAULT 0
) STRICT;
