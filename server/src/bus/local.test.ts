import { expect, test } from 'vitest'
import { busContract } from './contract.ts'
import { localBus } from './local.ts'

busContract('local', () => {
  const bus = localBus()
  return Promise.resolve({ here: bus, there: bus, settle: () => Promise.resolve() })
})

test("one listener's mistake reaches neither the others nor the one who wakes", () => {
  const errors: unknown[] = []
  const bus = localBus((error) => errors.push(error))
  const heard: number[] = []
  const mistake = new Error('mine')
  bus.onWake(1, () => {
    throw mistake
  })
  bus.onWake(1, (seq) => heard.push(seq))
  bus.wake(1, 4)
  expect(heard).toEqual([4])
  expect(errors).toEqual([mistake])
})
