/**
 * PostgreSQL's text holds every character but NUL. The few texts that have one, or the mark that stands in for it, travel in disguise; all
 * others go as they are.
 */
const MARK = '\u{E000}'
const NUL_AS = '\u{E001}'
const MARK_AS = '\u{E002}'

export const toStored = (text: string): string =>
  text.includes('\0') || text.includes(MARK)
    ? text.replaceAll(MARK, MARK + MARK_AS).replaceAll('\0', MARK + NUL_AS)
    : text

export const fromStored = (text: string): string =>
  text.includes(MARK) ? text.replaceAll(MARK + NUL_AS, '\0').replaceAll(MARK + MARK_AS, MARK) : text

/** An array of texts in PostgreSQL's notation. */
export const textArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text}"`).join(',')}}`

/** What stands in PostgreSQL's notation as it is: numbers, words without special characters, and NULL. */
export type Scalar = number | string | boolean

export const plainArray = (values: readonly Scalar[]): string => `{${values.join(',')}}`

export const bytesArray = (values: readonly Uint8Array[]): string =>
  `{${values.map((value) => `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`).join(',')}}`
