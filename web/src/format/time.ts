/** Times for people, in the language of the page. Nothing here reads the clock: `now` is given. */

const sameDay = (one: Date, other: Date): boolean =>
  one.getFullYear() === other.getFullYear() && one.getMonth() === other.getMonth() && one.getDate() === other.getDate()

const daysBefore = (now: number, days: number): Date => {
  const date = new Date(now)
  date.setDate(date.getDate() - days)
  return date
}

/** Formatters are costly to make and few. */
const formatters = new Map<string, Intl.DateTimeFormat>()
const formatter = (language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${language} ${name}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(language, options)
  formatters.set(key, made)
  return made
}

/** 14:05 */
export const clockTime = (language: string, at: number): string =>
  formatter(language, 'clock', { timeStyle: 'short' }).format(at)

/** Date and time in full, for details and tooltips. */
export const fullTime = (language: string, at: number): string =>
  formatter(language, 'full', { dateStyle: 'long', timeStyle: 'short' }).format(at)

/** A date without time. */
export const fullDate = (language: string, at: number): string =>
  formatter(language, 'date', { dateStyle: 'long' }).format(at)

const relativeDay = (language: string, days: 0 | 1): string =>
  new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day')

const capital = (language: string, text: string): string => text.slice(0, 1).toLocaleUpperCase(language) + text.slice(1)

/** The line between two days: "Today", "Yesterday", "Friday, 20 November". */
export const dayLine = (language: string, at: number, now: number): string => {
  const date = new Date(at)
  if (sameDay(date, new Date(now))) return capital(language, relativeDay(language, 0))
  if (sameDay(date, daysBefore(now, 1))) return capital(language, relativeDay(language, 1))
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const }
  const name = 'year' in year ? 'day and year' : 'day'
  return capital(
    language,
    formatter(language, name, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(at),
  )
}

/** The time in the list: a clock today, a weekday within a week, else a date. */
export const listTime = (language: string, at: number, now: number): string => {
  const date = new Date(at)
  if (sameDay(date, new Date(now))) return clockTime(language, at)
  if (date > daysBefore(now, 6)) return formatter(language, 'weekday', { weekday: 'short' }).format(at)
  return formatter(language, 'short date', { day: 'numeric', month: 'numeric', year: '2-digit' }).format(at)
}

const UNITS = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const lengths = new Map<string, Intl.NumberFormat>()
const lengthOf = (language: string, unit: string, display: 'long' | 'narrow'): Intl.NumberFormat => {
  const key = `${language} ${unit} ${display}`
  const made = lengths.get(key) ?? new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: display })
  lengths.set(key, made)
  return made
}

/** How long something lasts, in the largest unit that has it without a rest: "4 weeks", "36 hours". */
export const duration = (language: string, seconds: number, display: 'long' | 'narrow' = 'long'): string => {
  const [unit, length] = UNITS.find(([, one]) => seconds % one === 0) ?? (['minute', 60] as const)
  return lengthOf(language, unit, display).format(Math.round(seconds / length))
}

/** How long it is until then, roughly: "in 3 hours". */
export const timeLeft = (language: string, at: number, now: number): string => {
  const seconds = Math.max(60, (at - now) / 1000)
  const [unit, length] = UNITS.find(([name, one]) => name !== 'week' && seconds >= one) ?? (['minute', 60] as const)
  return new Intl.RelativeTimeFormat(language).format(Math.round(seconds / length), unit)
}
