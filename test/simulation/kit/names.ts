/** When every world begins, Unix ms. */
export const START = 1_800_000_000_000

export const conversationOf = (one: string, other: string): string => [one, other].toSorted().join(' and ')
