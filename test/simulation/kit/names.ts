/** When every world begins, Unix ms. */
export const START = 1_800_000_000_000

/** What stands for the group of many in a script, whose name is made up when it is begun. There is one at most. */
export const THE_GROUP = 'the group'

const isOfMany = (name: string): boolean => name === THE_GROUP || name.startsWith('group:')

export const conversationOf = (one: string, other: string): string =>
  isOfMany(other) ? THE_GROUP : [one, other].toSorted().join(' and ')
