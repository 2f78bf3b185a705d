import { afterAll, describe, expect, test } from 'vitest'
import { EVERYTHING, message, plainMailbox, signUp } from '../contract/world.ts'
import { openPostgresStore } from './postgres.ts'
import { startReplicated } from './replicated.ts'

const both = await startReplicated()
const missing = typeof both === 'string' ? `: left out, no PostgreSQL here (${both})` : ''

describe.skipIf(typeof both === 'string')(`two PostgreSQL of which one follows${missing}`, () => {
  if (typeof both === 'string') return
  afterAll(() => both.stop())

  test('the store finds the one that leads, and the other one when it takes over, with everything that was accepted', async () => {
    // The address names the one first that follows.
    const store = await openPostgresStore({ url: await both.newDatabase() })
    const alice = await signUp(store, 'alice')
    const accepted: number[] = []
    const send = (number: number) =>
      store.append(message(alice, 'alice', { number })).then(
        () => void accepted.push(number),
        () => undefined,
      )
    for (let number = 0; number < 20; number += 1) await send(number)
    await Promise.all([both.failOver(), ...Array.from({ length: 20 }, (_, number) => send(100 + number))])
    const then = accepted.length
    for (let number = 200; accepted.length < then + 3; number += 1) await send(number)
    const page = await store.read(await plainMailbox(store, alice), 0, EVERYTHING)
    const texts = page.map(({ text }) => text)
    expect(accepted.map((number) => `text ${number}`).filter((text) => !texts.includes(text))).toEqual([])
    expect(page.map(({ seq }) => seq)).toEqual(page.map((_, index) => index + 1))
    await store.close()
  }, 60_000)
})
