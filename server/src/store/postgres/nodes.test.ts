import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { addDevice, EVERYTHING, hashOf, message, newAccount, NOW, plainMailbox, signUp } from '../contract/world.ts'
import type { Account, Device, Store } from '../store.ts'
import { openClient } from './database.ts'
import type { Client } from './database.ts'
import { settingsOf } from './options.ts'
import { openPostgresStore } from './postgres.ts'
import { withPostgres } from './suite.ts'
import { administer } from './testing.ts'
import type { TestPostgres } from './testing.ts'

const NODES = 3

/** What several nodes on one database keep together, and what each does when the database is in trouble. */

await withPostgres('nodes on one PostgreSQL', (server) => {
  sideBySide(server)
  durability(server)
  away(server)
})

function sideBySide(server: TestPostgres): void {
  describe('several nodes', () => {
    let nodes: Store[]
    let giveBack: () => Promise<void>
    let url: string
    beforeEach(async () => {
      const borrowed = await server.borrow()
      giveBack = borrowed.giveBack
      url = borrowed.url
      nodes = await Promise.all(
        Array.from({ length: NODES }, () => openPostgresStore({ url: borrowed.url, connections: 6 })),
      )
    })
    afterEach(async () => {
      await Promise.all(nodes.map((node) => node.close()))
      await giveBack()
    })
    const node = (index: number): Store => {
      const found = nodes[index % NODES]
      if (found === undefined) throw new Error('no node')
      return found
    }

    test('one order in all mailboxes, no gaps, whoever stores; `after` says the same as the order', async () => {
      const names = ['ann', 'ben', 'cleo', 'dan']
      const people: { account: Account; devices: Device[] }[] = []
      for (const name of names) {
        const account = await signUp(node(0), name)
        people.push({
          account,
          devices: [await addDevice(node(0), account, `${name}1`), await addDevice(node(0), account, `${name}2`)],
        })
      }
      const sends = fc.sample(
        fc.record({
          from: fc.nat(names.length - 1),
          device: fc.nat(1),
          node: fc.nat(NODES - 1),
          to: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: names.length }),
        }),
        { numRuns: 400, seed: 7 },
      )
      const afters = new Map<string, { mailbox: number; after: number }>()
      await Promise.all(
        sends.map(async ({ from, device, node: at, to }, number) => {
          const sender = people[from]
          const fromMailbox = sender?.devices[device]?.mailbox ?? 0
          if (sender === undefined) return
          const sent = message(sender.account, to, { number, fromMailbox })
          const result = await node(at).append(sent)
          if (result.result !== 'accepted') throw new Error(result.result)
          if (to.includes(sender.account.username)) afters.set(sent.id, { mailbox: fromMailbox, after: result.after })
        }),
      )
      const boxes = people.flatMap(({ devices }) => devices.map(({ mailbox }) => mailbox))
      const lists = new Map(
        await Promise.all(boxes.map(async (box) => [box, await node(1).read(box, 0, EVERYTHING)] as const)),
      )
      for (const list of lists.values()) {
        expect(list.map(({ seq }) => seq)).toEqual(list.map((_, index) => index + 1))
        for (const other of lists.values()) {
          const theirs = new Set(other.map(({ id }) => id))
          const mine = new Set(list.map(({ id }) => id))
          expect(list.map(({ id }) => id).filter((id) => theirs.has(id))).toEqual(
            other.map(({ id }) => id).filter((id) => mine.has(id)),
          )
        }
      }
      // Put where `after` says, a device's own messages make its mailbox the same list as the one of the account's other device.
      for (const { devices } of people) {
        for (const [own, twin] of [devices, devices.toReversed()]) {
          const received = (lists.get(own?.mailbox ?? 0) ?? []).map(({ seq, id }) => ({ at: seq, id }))
          const twins = (lists.get(twin?.mailbox ?? 0) ?? []).map(({ id }) => id)
          const inBoth = new Set(received.map(({ id }) => id))
          for (const [id, { mailbox, after }] of afters) {
            if (mailbox !== own?.mailbox) continue
            const before = received.filter(({ at }) => at <= after).map((one) => one.id)
            const expected = twins.slice(0, twins.indexOf(id)).filter((one) => inBoth.has(one))
            expect(before.filter((one) => twins.includes(one))).toEqual(expected)
          }
        }
      }
    })

    test('the same message through several nodes at the same moment is stored once; another under its id is refused', async () => {
      const alice = await signUp(node(0), 'alice')
      await signUp(node(0), 'bob')
      await signUp(node(0), 'carol')
      for (let number = 0; number < 20; number += 1) {
        const same = await Promise.all(
          [0, 1, 2, 0, 1, 2].map((at) => node(at).append(message(alice, 'bob', { number }))),
        )
        expect(same.filter((one) => one.result === 'accepted' && !one.duplicate)).toHaveLength(1)
        expect(same.filter((one) => one.result === 'accepted' && one.duplicate)).toHaveLength(5)
        // To different people, so that no mailbox makes them wait for each other.
        const other = await Promise.all(
          ['bob', 'carol'].map((name, at) => node(at).append(message(alice, name, { number: 100 + number }))),
        )
        expect(other.map(({ result }) => result).toSorted()).toEqual(['accepted', 'id_reused'])
      }
    })

    test('a name, an invite and a proof are used once among the nodes', async () => {
      const results = await Promise.all([0, 1, 2].map((at) => node(at).createAccount(newAccount('Alice'))))
      expect(results.toSorted()).toEqual(['created', 'name_taken', 'name_taken'])
      const proof = { hash: hashOf(5), until: NOW + 1_000 }
      const proven = await Promise.all(
        ['bob', 'carol', 'dan'].map((name, at) => node(at).createAccount(newAccount(name, { proof }))),
      )
      expect(proven.toSorted()).toEqual(['created', 'proof_used', 'proof_used'])
      const invite = { hash: hashOf(6), handle: 'x', createdAt: NOW, expiresAt: NOW + 1_000, usesLeft: 1 }
      await node(0).createInvite(invite)
      const invited = await Promise.all(
        ['eve', 'fay', 'gus'].map((name, at) => node(at).createAccount(newAccount(name, { inviteHash: invite.hash }))),
      )
      expect(invited.toSorted()).toEqual(['created', 'invite_invalid', 'invite_invalid'])
    })

    test('devices come, go and the account goes while messages come from all sides: no deadlock, nothing is left over', async () => {
      const alice = await signUp(node(0), 'alice')
      const bob = await signUp(node(0), 'bob')
      await addDevice(node(0), bob, 'first')
      const work: Promise<unknown>[] = []
      for (let number = 0; number < 120; number += 1) {
        work.push(node(number).append(message(alice, ['bob', 'alice'], { number })))
        work.push(node(number + 1).append(message(bob, ['alice', 'bob'], { number })))
        if (number % 20 === 5) work.push(addDevice(node(number), bob, `device ${number}`))
        if (number % 20 === 15) work.push(node(number).removeDevice(bob.account, `device ${number - 10}`))
      }
      await Promise.all(work)
      expect(await node(2).deleteAccount(bob.account)).toBe(true)
      expect(await node(2).deleteAccount(alice.account)).toBe(true)
      const rows = Object.fromEntries((await node(0).stats()).tables.map(({ table, rows: count }) => [table, count]))
      expect(rows).toMatchObject({
        accounts: 0,
        devices: 0,
        sessions: 0,
        mailboxes: 0,
        messages: 0,
        entries: 0,
        dedup: 0,
      })
    })

    test('arrivals miss nothing of a transaction that began before others and ends after they were told of', async () => {
      const alice = await signUp(node(0), 'alice')
      const [bob, carol] = [await signUp(node(0), 'bob'), await signUp(node(0), 'carol')]
      const [bobs, carols] = [await plainMailbox(node(0), bob), await plainMailbox(node(0), carol)]
      const commit = (number: number) => ({
        ...message(alice, 'carol', { number }),
        group: { id: 'a-group-of-128-bits-22', epoch: number, commit: true as const },
      })
      await node(0).append(commit(0))
      const { upto: begin } = await node(2).arrivals(null)
      // Held up in the middle: it has its number, and waits for the group's row.
      const { sql } = openClient(settingsOf({ url }), { connections: 2, patience: null })
      const { promise: letGo, resolve } = Promise.withResolvers<void>()
      const { promise: holds, resolve: held } = Promise.withResolvers<void>()
      const holding = sql.begin(async (tx) => {
        await tx.unsafe('SELECT 1 FROM group_epochs FOR UPDATE')
        held()
        await letGo
      })
      await holds
      const late = node(0).append(commit(1))
      await expect.poll(() => somebodyWaits(sql)).toBe(true)
      for (const number of [10, 11]) await node(1).append(message(bob, 'bob', { number }))
      const first = await node(2).arrivals(begin)
      expect(first.mailboxes).toContainEqual({ mailbox: bobs, seq: 2 })
      expect(first.mailboxes.filter(({ mailbox, seq }) => mailbox === carols && seq > 1)).toEqual([])
      const again = await node(2).arrivals(first.upto)
      resolve()
      await holding
      expect(await late).toMatchObject({ result: 'accepted' })
      expect((await node(2).arrivals(again.upto)).mailboxes).toContainEqual({ mailbox: carols, seq: 2 })
      await sql.end()
    })

    test('of blobs whose bytes may go each is given to one node; who does not say that they are gone leaves them to others later', async () => {
      const { account: owner } = await signUp(node(0), 'alice')
      const numbers = Array.from({ length: 30 }, (_, number) => number)
      for (const number of numbers) {
        const fresh = { size: 1, isOwn: false, life: 1, unfinishedUntil: NOW }
        await node(0).beginBlob({ hash: hashOf(number), owner, ...fresh })
      }
      await node(0).releaseBlobs(NOW, NOW - 1, 30)
      const later = NOW + 10
      const given = async (): Promise<number[]> =>
        (await Promise.all([0, 1, 2].map((at) => node(at).releaseBlobs(later, later - 1, 30))))
          .flat()
          .map(({ hash }) => hash.at(-1) ?? 0)
      const first = [...(await given()), ...(await given())]
      expect(first.toSorted((one, other) => one - other)).toEqual(numbers)
      expect(await node(1).releaseBlobs(later + 10, later, 30)).toHaveLength(30)
    })

    test('only one of the nodes that expire at the same moment tells the sender', async () => {
      const alice = await signUp(node(0), 'alice')
      await signUp(node(0), 'bob')
      for (let number = 0; number < 30; number += 1)
        await node(0).append(message(alice, 'bob', { number, now: NOW - 1 }))
      for (let round = 0; round < 5; round += 1)
        await Promise.all([0, 1, 2].map((at) => node(at).expire(NOW, NOW + 1, 10)))
      const told = await node(0).read(await plainMailbox(node(0), alice), 0, EVERYTHING)
      expect(told.map(({ kind }) => kind)).toEqual(Array.from({ length: 30 }, () => 'expired'))
      expect(new Set(told.map(({ id }) => id)).size).toBe(30)
    })
  })
}

/** Whether a statement in this database waits for somebody's lock. */
async function somebodyWaits(sql: Client): Promise<boolean> {
  const rows = await sql.unsafe(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  )
  return rows.length > 0
}

function durability(server: TestPostgres): void {
  describe('a database that may forget', () => {
    test('is refused at the start, in words', async () => {
      for (const word of ['off', 'local', 'remote_write']) {
        const url = await server.newDatabase()
        const name = new URL(url).pathname.slice(1)
        await administer(server.url, `ALTER DATABASE ${name} SET synchronous_commit = ${word}`)
        await expect(openPostgresStore({ url })).rejects.toThrow(
          `PostgreSQL is set to lose messages (synchronous_commit is ${word})`,
        )
      }
    })

    test('is refused later too: nothing is accepted on a connection that writes less than durably', async () => {
      const url = await server.newDatabase()
      const name = new URL(url).pathname.slice(1)
      const before = await openPostgresStore({ url })
      const alice = await signUp(before, 'alice')
      const store = await openPostgresStore({ url, connections: 1 })
      await administer(server.url, `ALTER DATABASE ${name} SET synchronous_commit = off`)
      await administer(server.url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
      const answers = await Promise.allSettled(
        Array.from({ length: 5 }, (_, number) => store.append(message(alice, 'alice', { number }))),
      )
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 'rejected'))
      await expect(store.probe()).rejects.toMatchObject({ code: 'unavailable' })
      await Promise.all([before.close(), store.close()])
    })
  })
}

function away(server: TestPostgres): void {
  describe('a database that goes away', { timeout: 120_000 }, () => {
    test('is `unavailable`, and when it is back everything that was accepted is there, once and in order', async () => {
      const { url, giveBack } = await server.borrow()
      const store = await openPostgresStore({ url, patience: 1_500 })
      const alice = await signUp(store, 'alice')
      const accepted: number[] = []
      const failed: unknown[] = []
      let number = 0
      const sendSome = (count: number): Promise<void[]> =>
        Promise.all(
          Array.from({ length: count }, async () => {
            number += 1
            const own = number
            await store.append(message(alice, 'alice', { number: own })).then(
              () => void accepted.push(own),
              (error: unknown) => void failed.push(error),
            )
          }),
        )
      await sendSome(20)
      const during = [sendSome(20)]
      await server.kill()
      during.push(sendSome(20))
      await Promise.all(during)
      expect(failed.length).toBeGreaterThan(0)
      for (const error of failed) expect(error).toMatchObject({ code: 'unavailable', retryAfter: 1 })
      await server.start()
      const back = accepted.length
      while (accepted.length === back) await sendSome(1)
      const ids = (await store.read(await plainMailbox(store, alice), 0, EVERYTHING)).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const texts = (await store.read(await plainMailbox(store, alice), 0, EVERYTHING)).map(({ text }) => text)
      for (const own of accepted) expect(texts).toContain(`text ${own}`)
      await store.close()
      await giveBack()
    })

    test('when it goes on, has of what was refused meanwhile done no more than had reached it', async () => {
      const { url, giveBack } = await server.borrow()
      const store = await openPostgresStore({ url, patience: 1_000, connections: 2 })
      const names = Array.from({ length: 20 }, (_, n) => `late-${n}`)
      await server.signal('SIGSTOP')
      const tries = await Promise.allSettled(names.map((name) => signUp(store, name)))
      expect(tries.filter(({ status }) => status === 'fulfilled')).toEqual([])
      await server.signal('SIGCONT')
      await vi.waitFor(() => store.probe(), { timeout: 30_000, interval: 50 })
      await signUp(store, 'after')
      const there = await Promise.all(names.map((name) => store.findAccount(name)))
      expect(there.filter((account) => account !== null).length).toBeLessThanOrEqual(2)
      await store.close()
      await giveBack()
    })

    test('is `unavailable` in time when it only stands still, and is there again when it goes on', async () => {
      const { url, giveBack } = await server.borrow()
      const store = await openPostgresStore({ url, patience: 1_000 })
      const alice = await signUp(store, 'alice')
      await server.signal('SIGSTOP')
      const begun = performance.now()
      const answers = await Promise.allSettled(
        Array.from({ length: 30 }, (_, number) => store.append(message(alice, 'alice', { number }))),
      )
      const took = performance.now() - begun
      await server.signal('SIGCONT')
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
      }
      expect(took).toBeLessThan(5_000)
      let tries = 0
      while (
        tries < 50 &&
        !(await store.append(message(alice, 'alice', { number: 99 })).then(
          () => true,
          () => false,
        ))
      )
        tries += 1
      const texts = (await store.read(await plainMailbox(store, alice), 0, EVERYTHING)).map(({ text }) => text)
      expect(texts).toContain('text 99')
      expect(new Set(texts).size).toBe(texts.length)
      await store.close()
      await giveBack()
    })
  })
}
