import { describe, expect, test } from 'vitest'
import { dayLine, listTime } from './time.ts'

const NOW = new Date(2026, 10, 22, 15, 30).getTime()
const at = (day: number, hour = 12, month = 10, year = 2026) => new Date(year, month, day, hour, 5).getTime()

describe('times for people', () => {
  test('today and yesterday have their words in each language', () => {
    expect(dayLine('en', at(22), NOW)).toBe('Today')
    expect(dayLine('en', at(21, 23), NOW)).toBe('Yesterday')
    expect(dayLine('it', at(22), NOW)).toBe('Oggi')
    expect(dayLine('it', at(21), NOW)).toBe('Ieri')
  })

  test('other days have weekday and date, other years the year as well', () => {
    expect(dayLine('en', at(3), NOW)).toContain('November')
    expect(dayLine('en', at(3), NOW)).not.toContain('2026')
    expect(dayLine('en', at(3, 12, 1, 2024), NOW)).toContain('2024')
  })

  test('the list says a clock today, then the weekday, then a date', () => {
    expect(listTime('it', at(22, 9), NOW)).toBe('09:05')
    expect(listTime('en', at(20), NOW)).toBe('Fri')
    expect(listTime('en', at(1), NOW)).toMatch(/26/)
  })
})
