import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { EVERYTHING, message, plainMailbox, signUp, waiting } from '../contract/world.ts'
import { openSqliteStore } from './sqlite.ts'
import { inFolder } from './testing.ts'

describe('a database that somebody else locks', () => {
  test('writes are refused within a moment, reads go on, and it recovers by itself', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const store = await openSqliteStore({ file })
      const alice = await signUp(store, 'alice')
      const other = new DatabaseSync(file)
      other.exec('BEGIN IMMEDIATE')
      const start = performance.now()
      const [write, read] = await Promise.allSettled([
        store.append(message(alice, 'alice', { number: 1 })),
        store.findAccount('alice'),
      ])
      const took = performance.now() - start
      expect(write).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', retryAfter: 1 } })
      expect(read).toMatchObject({ status: 'fulfilled', value: { username: 'alice' } })
      expect(took).toBeGreaterThanOrEqual(145)
      expect(took).toBeLessThan(2_000)
      await expect(store.probe()).rejects.toMatchObject({ code: 'unavailable' })
      other.exec('ROLLBACK')
      other.close()
      await store.probe()
      expect(await store.append(message(alice, 'alice', { number: 1 }))).toMatchObject({ duplicate: false })
      await store.close()
    }))

  test('once one has waited in vain the others are told at once, until the lock is gone', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const store = await openSqliteStore({ file })
      const alice = await signUp(store, 'alice')
      const other = new DatabaseSync(file)
      other.exec('BEGIN IMMEDIATE')
      await expect(store.probe()).rejects.toMatchObject({ code: 'unavailable' })
      const start = performance.now()
      const behind = [store.probe(), store.append(message(alice, 'alice', { number: 1 })), store.findAccount('alice')]
      const results = await Promise.allSettled(behind)
      expect(performance.now() - start).toBeLessThan(145)
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
      other.exec('ROLLBACK')
      await store.probe()
      // The next one waits its full time again: this lock is gone before it is over.
      other.exec('BEGIN IMMEDIATE')
      const patient = store.probe()
      setTimeout(() => other.exec('ROLLBACK'), 100)
      await patient
      other.close()
      await store.close()
    }))

  test('while the storage thread waits for the lock the main thread does not', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const store = await openSqliteStore({ file })
      const other = new DatabaseSync(file)
      other.exec('BEGIN IMMEDIATE')
      let turns = 0
      let isWaiting = true
      const count = (): void => {
        turns += 1
        if (isWaiting) setImmediate(count)
      }
      count()
      await expect(store.probe()).rejects.toMatchObject({ code: 'unavailable' })
      isWaiting = false
      expect(turns).toBeGreaterThan(50)
      other.close()
      await store.close()
    }))
})

describe('a full disk', () => {
  test('new messages are refused with their reason, reading and deleting go on, and room makes it well again', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const store = await openSqliteStore({ file, maxPages: 200 })
      const [alice, bob] = [await signUp(store, 'alice'), await signUp(store, 'bob')]
      const text = 'x'.repeat(20_000)
      const sent = Array.from({ length: 60 }, (_, number) => store.append(message(alice, 'bob', { number, text })))
      const results = await Promise.allSettled(sent)
      const accepted = results.filter(({ status }) => status === 'fulfilled').length
      const reasons = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason)
      expect(accepted).toBeGreaterThan(5)
      expect(reasons.length).toBeGreaterThan(5)
      for (const reason of reasons) expect(reason).toMatchObject({ code: 'disk_full', retryAfter: 5 })

      // Exactly what was accepted is there, and it can go.
      const mailbox = await plainMailbox(store, bob)
      const entries = await store.read(mailbox, 0, EVERYTHING)
      expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: accepted }, (_, index) => index + 1))
      await store.acknowledge(mailbox, accepted)
      expect(await store.append(message(alice, 'bob', { number: 99, text }))).toMatchObject({
        entries: [{ seq: accepted + 1 }],
      })
      await store.close()
    }))
})

describe('one server per database', () => {
  test('a second one is refused with a sentence; the admin command is not; after closing the next may come', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const store = await openSqliteStore({ file })
      await expect(openSqliteStore({ file })).rejects.toThrow(/Another Chatnip server is already using .*Stop it first/)
      const admin = await openSqliteStore({ file, role: 'admin' })
      await admin.probe()
      await admin.close()
      await store.probe()
      await store.close()
      const next = await openSqliteStore({ file })
      await next.close()
    }))

  test('a server that was killed leaves no lock, and nothing that it acknowledged is missing', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const script = join(folder, 'server.ts')
      const url = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
      await writeFile(
        script,
        `import { openSqliteStore } from ${url('./sqlite.ts')}
         const store = await openSqliteStore({ file: ${JSON.stringify(file)} })
         const base = { passwordHash: '', publicKey: '', wrappedByPassword: null, recovery: null, now: 1, inviteHash: null, proof: null }
         await store.createAccount({ ...base, username: 'alice' })
         const { account } = await store.findAccount('alice')
         for (let n = 1; ; n += 1) {
           const id = '00000000-0000-4000-8000-' + String(n).padStart(12, '0')
           await store.append({ sender: account, fromMailbox: null, id, timestamp: 1, now: 1, to: [{ username: 'alice', message_text: 't' + n }] })
           process.stdout.write(n + '\\n')
         }`,
      )
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script])
      let output = ''
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString()
        if (output.length > 500) child.kill('SIGKILL')
      })
      await once(child, 'close')
      const acknowledged = output.split('\n').slice(0, -1).length
      expect(acknowledged).toBeGreaterThan(50)
      const store = await openSqliteStore({ file })
      const alice = await store.findAccount('alice')
      if (alice === null) throw new Error('the account is gone')
      const texts = (await store.read(await plainMailbox(store, alice), 0, EVERYTHING)).map(({ text }) => text)
      expect(texts.length).toBeGreaterThanOrEqual(acknowledged)
      expect(texts).toEqual(texts.map((_, index) => `t${index + 1}`))
      await store.close()
    }))
})

describe('a storage thread that dies', () => {
  test('is started again; who waited for it is told to try again, and what was accepted is there', () =>
    inFolder(async (folder) => {
      const post = vi.spyOn(Worker.prototype, 'postMessage')
      const store = await openSqliteStore({ file: join(folder, 'chatnip.db') })
      const alice = await signUp(store, 'alice')
      await store.append(message(alice, 'alice', { number: 1 }))
      const thread = post.mock.contexts.at(-1)
      post.mockRestore()
      if (!(thread instanceof Worker)) throw new Error('no thread')
      const ended = once(thread, 'exit')
      const [interrupted] = await Promise.allSettled([
        store.append(message(alice, 'alice', { number: 2, text: 'x'.repeat(60_000) })),
        thread.terminate(),
      ])
      await ended
      expect(['fulfilled', 'rejected']).toContain(interrupted.status)
      expect(await store.append(message(alice, 'alice', { number: 3 }))).toMatchObject({ result: 'accepted' })
      const texts = (await store.read(await plainMailbox(store, alice), 0, EVERYTHING)).map(({ text }) => text)
      expect(texts).toContain('text 1')
      expect(texts).toContain('text 3')
      await store.close()
    }))
})

describe('the admin command beside a running server', () => {
  test('leaves at once though somebody reads for long, and the server goes on writing', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const store = await openSqliteStore({ file })
      const alice = await signUp(store, 'alice')
      const reader = new DatabaseSync(file, { readOnly: true })
      reader.exec('BEGIN; SELECT count(*) FROM accounts')
      const admin = await openSqliteStore({ file, role: 'admin' })
      await signUp(admin, 'bob')
      const leaving = admin.close()
      const sent = Promise.all(
        Array.from({ length: 5 }, async (_, number) => {
          await store.probe()
          return store.append(message(alice, 'bob', { number }))
        }),
      )
      await expect(sent).resolves.toHaveLength(5)
      const start = performance.now()
      await leaving
      expect(performance.now() - start).toBeLessThan(1_000)
      reader.close()
      await store.close()
    }))

  test('does not bring up to date what an older server is using', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const store = await openSqliteStore({ file })
      const older = new DatabaseSync(file)
      older.exec('PRAGMA user_version = 0')
      await expect(openSqliteStore({ file, role: 'admin' })).rejects.toThrow(/older Chatnip.*Stop it/)
      older.close()
      await store.close()
      // The lock was not kept either.
      await expect(openSqliteStore({ file, role: 'admin' })).rejects.toThrow(/already exists/)
    }))

  test('leaves no half of a backup behind', () =>
    inFolder(async (folder) => {
      const store = await openSqliteStore({ file: join(folder, 'chatnip.db') })
      const target = join(folder, 'copy.db')
      await mkdir(target)
      await expect(store.backup(target)).rejects.toMatchObject({ code: 'unavailable' })
      expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
      await store.close()
    }))
})

describe('what lies on the disk', () => {
  test('only the owner may read it', () =>
    inFolder(async (folder) => {
      const data = join(folder, 'data')
      const store = await openSqliteStore({ file: join(data, 'chatnip.db') })
      await signUp(store, 'alice')
      await store.backup(join(folder, 'backup.db'))
      expect((await stat(data)).mode & 0o777).toBe(0o700)
      const files = await readdir(data)
      expect(files.toSorted()).toEqual([
        'chatnip.db',
        'chatnip.db-shm',
        'chatnip.db-wal',
        'chatnip.db.lock',
        'chatnip.db.reserve',
      ])
      for (const name of files) expect((await stat(join(data, name))).mode & 0o777).toBe(0o600)
      expect((await stat(join(folder, 'backup.db'))).mode & 0o777).toBe(0o600)
      await store.close()
    }))

  test('a delivered text is gone from every file; one that waits is there', () =>
    inFolder(async (folder) => {
      const store = await openSqliteStore({ file: join(folder, 'chatnip.db') })
      const [alice, bob] = [await signUp(store, 'alice'), await signUp(store, 'bob')]
      const marker = 'MARKER-OF-A-DELIVERED-TEXT'
      const holds = async (): Promise<boolean> => {
        const names = await readdir(folder)
        const contents = await Promise.all(names.map((name) => readFile(join(folder, name))))
        return contents.some((content) => content.includes(marker))
      }
      // Short ones share pages, long ones fill overflow pages: both must go.
      for (let number = 0; number < 40; number += 1) {
        const text = marker + 'y'.repeat(number % 2 === 0 ? 50 : 30_000) + marker
        await store.append(message(alice, 'bob', { number, text }))
      }
      await store.sweep(0, 1)
      expect(await holds()).toBe(true)
      await store.acknowledge(await plainMailbox(store, bob), 40)
      await store.sweep(0, 1)
      // The log is emptied after the sweep's answer and before the next call.
      await store.findAccount('alice')
      expect(await holds()).toBe(false)
      await store.close()
    }))

  test('a database of a newer Chatnip is not touched', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      const newer = new DatabaseSync(file)
      newer.exec('PRAGMA user_version = 9999')
      newer.close()
      await expect(openSqliteStore({ file })).rejects.toThrow(/newer Chatnip/)
    }))

  test('a file that is no database, or a folder in its place, is told and not overwritten', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'chatnip.db')
      await writeFile(file, 'This is somebody’s letter and not a database.'.repeat(100))
      await expect(openSqliteStore({ file })).rejects.toThrow(/not a database/)
      expect(await readFile(file, 'utf8')).toContain('letter')
      await mkdir(join(folder, 'folder'))
      await expect(openSqliteStore({ file: join(folder, 'folder') })).rejects.toThrow(/EISDIR/)
    }))
})

describe('overload', () => {
  test('what can’t even wait is refused at once; what waits is kept', () =>
    inFolder(async (folder) => {
      const store = await openSqliteStore({ file: join(folder, 'chatnip.db'), mostWaiting: 10 })
      const alice = await signUp(store, 'alice')
      const sent = Array.from({ length: 30 }, (_, number) => store.append(message(alice, 'alice', { number })))
      const results = await Promise.allSettled(sent)
      expect(results.map(({ status }) => status)).toEqual([
        ...Array.from({ length: 10 }, () => 'fulfilled'),
        ...Array.from({ length: 20 }, () => 'rejected'),
      ])
      expect(results[10]).toMatchObject({ reason: { code: 'unavailable', retryAfter: 1 } })
      expect(await waiting(store, await plainMailbox(store, alice))).toHaveLength(10)
      await store.close()
    }))
})
