-- In which epoch a group is, and on which day (since 1970) somebody last used it. Of its id only the hash.
CREATE TABLE group_epochs (
  hash BLOB PRIMARY KEY,
  epoch INTEGER NOT NULL,
  used_on INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX group_epochs_by_use ON group_epochs (used_on);

-- A text that several accounts get alike. Their messages have an empty body, and their entries the text's number.
CREATE TABLE shared_texts (
  text INTEGER PRIMARY KEY,
  holders INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

ALTER TABLE entries ADD COLUMN shared INTEGER;

-- When the sender wants it gone; null: when its time is over as everything's.
ALTER TABLE messages ADD COLUMN ends_at INTEGER;

CREATE INDEX messages_by_end ON messages (ends_at) WHERE ends_at IS NOT NULL;
