/** Searching the messages. Part of `en.ts`. */
export const search = {
  title: 'Search messages',
  label: 'Words',
  hint: 'Everything that is kept in this browser is searched, here and nowhere else.',
  onlyHere: (name: string) => `Only in the chat with ${name}`,
  onlyNotes: 'Only in the note to self',
  none: 'No message holds these words.',
  noneYet: 'Nothing yet; the older messages are still being read.',
  damaged: 'Part of the history in this browser cannot be read and is not searched.',
  more: 'Show older ones',
  hits: 'Messages found',
  count: (count: number, more: boolean) =>
    more ? `More than ${count} messages` : count === 1 ? 'One message' : `${count} messages`,
}
