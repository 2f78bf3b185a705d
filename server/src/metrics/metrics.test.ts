import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { ChatnipError } from '@chatnip/protocol'
import { readConfig } from '../config.ts'
import { startTestServer } from '../testing.ts'
import type { TestServer } from '../testing.ts'
import { FAMILIES } from './families.ts'
import { openMetrics } from './metrics.ts'
import { openRegistry } from './registry.ts'

/** What a scraper reads: a figure for each name with its labels. Throws at a line that is none. */
function figuresOf(page: string): ReadonlyMap<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, name, value] = /^([a-z_]+(?:\{(?:[a-z]+="[^"\\]*",?)+\})?) (\d+(?:\.\d+)?(?:e-\d+)?)$/.exec(line) ?? []
      if (name === undefined) throw new Error(`no figure: ${line}`)
      return [name, Number(value)]
    }),
  )
}

describe('the page of figures', () => {
  let server: TestServer | null = null
  afterEach(async () => {
    await server?.stop()
    server = null
  })
  const read = async () => (await fetch(server?.metrics ?? '')).text()

  test('counts messages, requests and connections, and names nobody', async () => {
    server = await startTestServer({ env: { CHATNIP_METRICS: '0' } })
    const alice = await server.newDevice('alice')
    await server.newDevice('bobby')
    const id = randomUUID()
    const message = { id, destname: 'bobby', message_text: 'a secret', timestamp: 1 }
    for (const sent of [message, message, { ...message, message_text: 'another' }])
      await server.post('upload_message', { username: 'alice', ...sent }, alice.session)
    await server.post(
      'upload_message',
      { username: 'alice', ...message, id: randomUUID(), destname: 'nemo' },
      alice.session,
    )
    await server.post('no_such_endpoint', {})
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/socket`, {
      headers: { authorization: `Bearer ${alice.session}` },
    } as unknown as string)
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    const page = await read()
    const figures = figuresOf(page)
    const result = (name: string) => figures.get(`chatnip_messages_total{result="${name}"}`)
    expect(['accepted', 'duplicate', 'id_reused', 'no_such_user'].map(result)).toEqual([1, 1, 1, 1])
    expect(figures.get('chatnip_entries_total')).toBe(1)
    expect(figures.get('chatnip_connected_devices')).toBe(1)
    expect(figures.get('chatnip_append_seconds_count')).toBe(2)
    expect(figures.get('chatnip_append_seconds_bucket{le="+Inf"}')).toBe(2)
    expect(figures.get('chatnip_http_requests_total{endpoint="upload_message",status="200"}')).toBe(2)
    expect(figures.get('chatnip_http_requests_total{endpoint="upload_message",status="409"}')).toBe(1)
    expect(figures.get('chatnip_http_requests_total{endpoint="other",status="404"}')).toBe(1)
    expect(figures.get('chatnip_info{store="sqlite",bus="local",files="folder"}')).toBe(1)
    expect(figures.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
    for (const word of ['alice', 'bobby', 'nemo', 'secret', id, alice.session, alice.deviceId, '127.0.0.1'])
      expect(page).not.toContain(word)
    socket.close()
  })

  test('is at an address of its own and nowhere else, and gone with the server', async () => {
    server = await startTestServer({ env: { CHATNIP_METRICS: '0' } })
    const { address, metrics } = server
    expect((await fetch(`${address}/metrics`)).status).toBe(404)
    expect((await fetch((metrics ?? '').replace('/metrics', '/readyz'))).status).toBe(404)
    expect((await fetch(metrics ?? '', { method: 'POST' })).status).toBe(404)
    await server.stop()
    await expect(read()).rejects.toThrow('fetch failed')
    server = await startTestServer()
    expect(server.metrics).toBeNull()
  })

  test('an address that is taken is told in one sentence', async () => {
    server = await startTestServer({ env: { CHATNIP_METRICS: '0' } })
    const taken = new URL(server.metrics ?? '').host
    await expect(startTestServer({ env: { CHATNIP_METRICS: taken } })).rejects.toThrow(/CHATNIP_METRICS names .*\.$/)
  })
})

describe('figures', () => {
  test('a label has no value that is not in the table, whatever comes', () => {
    const registry = openRegistry()
    registry.add('chatnip_http_requests_total', ['alice', '"}\n1'])
    registry.add('chatnip_store_failures_total', ['unavailable'])
    registry.observe('chatnip_append_seconds', 0.003)
    registry.observe('chatnip_append_seconds', 99)
    const figures = figuresOf(registry.text())
    expect(figures.get('chatnip_http_requests_total{endpoint="other",status="other"}')).toBe(1)
    const bucket = (end: string) => figures.get(`chatnip_append_seconds_bucket{le="${end}"}`)
    expect([bucket('0.002'), bucket('0.005'), bucket('5'), bucket('+Inf')]).toEqual([0, 1, 1, 2])
    // Every family says what it is.
    for (const { help } of Object.values(FAMILIES)) expect(help).toMatch(/\.$/)
  })

  test('what the machine could not do is told from what a caller did wrong, and what nobody can reach from what is there', async () => {
    const metrics = openMetrics(readConfig({}))
    const own = await startTestServer()
    const codes = ['disk_full', 'unavailable', 'not_signed_in'] as const
    const failing = metrics.store({
      ...own.services.store,
      append: () => Promise.reject(new ChatnipError(codes[turn] ?? 'unavailable')),
    })
    let turn = 0
    for (; turn < codes.length; turn += 1)
      await failing
        .append({ sender: 1, fromMailbox: null, id: '', timestamp: 1, to: [], now: 1 })
        .catch(() => undefined)
    const page = metrics.text({ devices: 0, bus: { ...own.services.bus, isThere: () => false } })
    const figures = figuresOf(page)
    expect(figures.get('chatnip_store_failures_total{code="disk_full"}')).toBe(1)
    expect(figures.get('chatnip_store_failures_total{code="unavailable"}')).toBe(1)
    expect(figures.get('chatnip_store_failures_total{code="other"}')).toBeUndefined()
    expect(figures.get('chatnip_messages_total{result="failed"}')).toBe(2)
    expect(figures.get('chatnip_bus_connected')).toBe(0)
    metrics.close()
    await own.stop()
  })
})
