import { afterAll, describe, expect, test } from 'vitest'
import { busContract } from '../contract.ts'
import { natsAddressOf } from './address.ts'
import { natsBus } from './nats.ts'
import { startNats } from './testing.ts'
import type { TestNats } from './testing.ts'

const server = await startNats()
const missing = typeof server === 'string' ? `: left out (${server})` : ''

describe.skipIf(typeof server === 'string')(`NATS${missing}`, () => {
  if (typeof server === 'string') return
  afterAll(() => server.kill())
  let number = 0

  busContract('NATS', async () => {
    number += 1
    const installation = `test${number}`
    const [here, there] = await Promise.all([connected(server, installation), connected(server, installation)])
    // What one end has flushed NATS has handed on before it answers the other's flush.
    const settle = async () => {
      for (const end of [here, there, here, there]) await end.flush()
    }
    return { here, there, settle }
  })

  test('another installation on the same NATS hears nothing', async () => {
    const [own, same, other] = await Promise.all(['one', 'one', 'two'].map((name) => connected(server, name)))
    if (own === undefined || same === undefined || other === undefined) throw new Error('no bus')
    const heard: string[] = []
    same.onWake(1, () => heard.push('same'))
    other.onWake(1, () => heard.push('other'))
    for (const end of [same, other]) await end.flush()
    own.wake(1, 1)
    for (const end of [own, same, other]) await end.flush()
    expect(heard).toEqual(['same'])
    await Promise.all([own, same, other].map((end) => end.close()))
  })

  test('NATS gone and wiped: nobody notices but by silence, and it heals by itself', async () => {
    const states: boolean[] = []
    const [here, there] = await Promise.all([connected(server, 'heal', states), connected(server, 'heal')])
    const heard: number[] = []
    there.onWake(7, (seq) => heard.push(seq))
    await there.flush()
    await server.kill()
    while (states.at(-1) !== false) await turn()
    for (let seq = 1; seq <= 1_000; seq += 1) here.wake(7, seq)
    here.tell({ kind: 'sessions changed', account: 1 })
    // Somebody who connects while it is away is heard of when it is back.
    there.onWake(8, (seq) => heard.push(seq))
    await server.start()
    while (heard.at(-1) !== 5_000) {
      here.wake(7, 5_000)
      await turn()
    }
    // Nothing of what was said into the void comes late.
    expect(heard.every((seq) => seq === 5_000)).toBe(true)
    while (heard.at(-1) !== 6_000) {
      here.wake(8, 6_000)
      await turn()
    }
    await Promise.all([here.close(), there.close()])
  })

  test('a wrong password is no error for those who talk over it, and told once to who looks after it', async () => {
    const states: boolean[] = []
    const refusals: string[] = []
    const wrong = natsBus({
      url: server.url.replace('secret', 'guess'),
      installation: 'x',
      onState: (isThere) => states.push(isThere),
      onRefusal: (refusal) => refusals.push(refusal),
    })
    const right = await connected(server, 'x')
    const heard: number[] = []
    right.onWake(1, (seq) => heard.push(seq))
    // Whoever begins later and is there has given the wrong one its time.
    const later = await connected(server, 'x')
    wrong.wake(1, 1)
    later.wake(1, 2)
    for (const end of [later, right, later, right]) await end.flush()
    while (refusals.length === 0) await turn()
    expect([heard, states, refusals]).toEqual([[2], [], ['us']])
    await Promise.all([wrong, right, later].map((end) => end.close()))
  })
})

describe('the address of NATS', () => {
  test('names hosts, who we are, and whether it is encrypted', () => {
    expect(natsAddressOf('nats://a:p%40ss@h:1,i:2')).toEqual({
      servers: ['h:1', 'i:2'],
      user: 'a',
      pass: 'p@ss',
      tls: null,
    })
    expect(natsAddressOf('nats://token@h')).toEqual({ servers: ['h'], token: 'token', tls: null })
    expect(natsAddressOf('tls://h:4222/')).toMatchObject({ servers: ['h:4222'], tls: {} })
  })

  test('what makes no sense is told in a sentence without the password', () => {
    for (const url of [
      '',
      'http://h',
      'nats://a:secret@',
      'nats://a:secret@h:x',
      'tls://a:secret@h?ca=/nowhere.pem',
      'nats://h?nkey=/nowhere.nk',
      'nats://a:secret@h?creds=/nowhere.creds',
      'nats://a:secret@h?ca=/dev/null',
      'nats://a:secret@h?nkey=/dev/null',
      'nats://h?nkey=/dev/null&creds=/dev/null',
      'nats://h?nkey=/dev/null',
      'nats://h?creds=/dev/null',
      'nats://a:secret@h?password=secret',
      'nats://a:%zz@h',
    ]) {
      expect(() => natsAddressOf(url)).toThrow(/\.$/)
      expect(() => natsAddressOf(url)).not.toThrow(/secret/)
    }
  })
})

const turn = () => new Promise((resolve) => setTimeout(resolve, 20))

/** A bus that has reached NATS. */
function connected({ url }: TestNats, installation: string, states: boolean[] = []) {
  return new Promise<ReturnType<typeof natsBus>>((resolve) => {
    const bus = natsBus({
      url,
      installation,
      onState: (isThere) => {
        states.push(isThere)
        if (isThere) resolve(bus)
      },
    })
  })
}
