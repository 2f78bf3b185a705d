import { signal } from '@preact/signals'
import type { Connection } from '@chatnip/sdk'
import { expect, test } from 'vitest'
import { whenConnected } from './chats.ts'

test('whoever opens a chat waits for an attempt to connect, however it ends, and for nothing else', async () => {
  const connection = signal<Connection>('connecting')
  const ends: string[] = []
  const waiting = whenConnected(connection).then(() => ends.push('ended'))
  await Promise.resolve()
  expect(ends).toEqual([])
  connection.value = 'offline'
  await waiting
  expect(ends).toEqual(['ended'])
  await whenConnected(connection)
  connection.value = 'online'
  await whenConnected(connection)
})
