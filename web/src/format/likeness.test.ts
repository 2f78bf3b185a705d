import { expect, test } from 'vitest'
import { likenessOf } from './likeness.ts'

test('a name looks the same however it is written, and names are told apart', () => {
  expect(likenessOf('Alice')).toEqual(likenessOf('alice'))
  const looks = new Set(Array.from({ length: 100 }, (_, index) => JSON.stringify(likenessOf(`user${index}`))))
  expect(looks.size).toBeGreaterThan(80)
})
