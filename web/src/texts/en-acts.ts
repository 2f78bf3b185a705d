/** What can be done to a message, and what it looks like then. Part of `en.ts`. */
export const acts = {
  deleted: 'Message deleted',
  edited: 'edited',
}
