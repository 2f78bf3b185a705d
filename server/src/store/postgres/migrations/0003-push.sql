-- works with: 1
--
-- Where a device's browser is woken; when that last was done, and for what.
CREATE TABLE push_subscriptions (
  device bigint PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
  endpoint text NOT NULL UNIQUE,
  created_at bigint NOT NULL,
  pushed_at bigint NOT NULL DEFAULT 0,
  pushed_seq bigint NOT NULL DEFAULT 0
);
