/** How long messages that disappear stay: after they were read, and for whoever wrote them after they were sent. In seconds. */

const MINUTE = 60
const DAY = 86_400
const MOST = 30 * DAY

/** The lifetime of a message, as somebody else wrote it. Undefined: it stays, since there is none or it is out of all reason. */
export const readLife = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= MINUTE && value <= MOST ? value : undefined

/** A setting: the same, and 0 for messages that stay. */
export const readSeconds = (value: unknown): number | undefined => (value === 0 ? 0 : readLife(value))

/** How long the server keeps such a message for whoever is away: a day at least, so that who sleeps gets what stays for an hour. */
export const keptFor = (life: number): number => Math.max(life, DAY)

/** Of what is in the outbox: nobody is called for an edit or a reaction. */
export const quietOf = ({ act, setting }: { readonly act?: unknown; readonly setting?: unknown }): { quiet?: true } =>
  act === undefined && setting === undefined ? {} : { quiet: true }
