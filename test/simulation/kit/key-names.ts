/** A key is its own name; whoever knows the name can open. The rules of marks are crypto's. */
const AFTER = ' after '

/** What a key's owner presents: its name, and the names of those that it vouches for. */
export const keyText = (key: string, before: readonly string[]): string => [key, ...before].join(AFTER)

export const keyName = (text: string): string => text.split(AFTER)[0] ?? ''

export const keysBefore = (text: string): readonly string[] => text.split(AFTER).slice(1)

/** As many as a real one vouches for. */
export const MOST_BEFORE = 3
