/**
 * Names and types of files, which somebody else made up: a name is shown, and offered for saving; a type is shown, and never believed where
 * something is drawn or run.
 */
const MOST_NAME = 120
const LONGEST_ENDING = 16
const TYPE = /^[a-z0-9][a-z0-9.+-]{0,40}\/[a-z0-9][a-z0-9.+-]{0,60}$/

/** Invisible ones, among them those that turn the direction of writing: "gpj.exe" would read as "exe.jpg". */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu
/** What some system takes for something else than a part of a name. */
const SPECIAL = /[<>:"|?*\\/]/g
/** Names that Windows keeps for devices, whatever the ending. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** A name that can be shown and saved anywhere: no path, nothing invisible, neither hidden nor reserved, not too long. */
export function safeName(value: unknown): string {
  if (typeof value !== 'string') return 'file'
  const last =
    value
      .slice(-4 * MOST_NAME)
      .split(/[\\/]/)
      .at(-1) ?? ''
  const plain = last
    .normalize('NFC')
    .replace(UNSEEN, '')
    .replace(SPECIAL, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  const named = plain.replace(RESERVED, (word) => `${word}_`)
  return named === '' ? 'file' : shortened(named)
}

/** The ending stays, since by it people and programs know what a file is. */
function shortened(name: string): string {
  const signs = Array.from(name)
  if (signs.length <= MOST_NAME) return name
  const dot = signs.lastIndexOf('.')
  const ending = dot > 0 && signs.length - dot <= LONGEST_ENDING ? signs.slice(dot) : []
  return [...signs.slice(0, MOST_NAME - ending.length), ...ending].join('').replace(/[. ]+$/, '')
}

/** A media type without parameters; whatever is none is just bytes. */
export function safeType(value: unknown): string {
  const type = typeof value === 'string' ? (value.split(';')[0]?.trim().toLowerCase() ?? '') : ''
  return TYPE.test(type) ? type : 'application/octet-stream'
}
