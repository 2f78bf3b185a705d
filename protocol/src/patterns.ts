/** What names and ids look like. Apart from the schemas, which clients would carry along with all of TypeBox. */

export const USERNAME_PATTERN = '^[A-Za-z0-9._-]{1,32}$'
export const SESSION_ID_PATTERN = '^[A-Za-z0-9]{32}$'
export const MESSAGE_ID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
export const GROUP_ID_PATTERN = '^[A-Za-z0-9_-]{22}$'
export const BLOB_ID_PATTERN = '^[A-Za-z0-9_-]{43}$'
