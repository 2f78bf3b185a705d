import { expect, test } from 'vitest'
import { startTestServer } from '../testing.ts'

test('a server that can’t store lives, and is not ready', async () => {
  const server = await startTestServer()
  const ask = async (path: string) => {
    const reply = await fetch(`${server.address}${path}`)
    return [reply.status, reply.headers.get('cache-control'), reply.headers.get('retry-after') !== null]
  }
  expect([await ask('/healthz'), await ask('/readyz')]).toEqual([
    [200, 'no-store', false],
    [200, 'no-store', false],
  ])
  await server.services.store.close()
  expect([await ask('/healthz'), await ask('/readyz')]).toEqual([
    [200, 'no-store', false],
    [503, 'no-store', true],
  ])
  await server.stop()
})

test('those who ask at once whether it is ready share one write', async () => {
  const server = await startTestServer()
  let probes = 0
  const { store } = server.services
  const probe = store.probe.bind(store)
  Object.assign(store, {
    probe: () => {
      probes += 1
      return probe()
    },
  })
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${server.address}/readyz`)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(probes).toBeLessThan(50)
  await server.stop()
})
