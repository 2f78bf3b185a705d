import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeContract } from '../contract.ts'
import type { OpenedStore, OpenStore } from '../contract.ts'
import type { Store } from '../store.ts'
import { openPostgresStore } from './postgres.ts'
import { restoreInto } from './restore.ts'
import { withPostgres } from './suite.ts'

await withPostgres('PostgreSQL', (server) => {
  const open: OpenStore = async (limits = {}): Promise<OpenedStore> => {
    const folder = await mkdtemp(join(tmpdir(), 'chatnip-store-'))
    const { url, giveBack } = await server.borrow()
    const openAgain = (): Promise<Store> => openPostgresStore({ url, limits, connections: 8 })
    const copies = new Map<string, string>()
    let store = await openAgain()
    return {
      store,
      folder,
      reopen: async () => {
        await store.close()
        store = await openAgain()
        return store
      },
      beside: openAgain,
      openBackup: async (file) => {
        const known = copies.get(file)
        const copy = known ?? (await server.newDatabase())
        copies.set(file, copy)
        if (known === undefined) await restoreInto({ url: copy }, file)
        return openPostgresStore({ url: copy, limits })
      },
      close: async () => {
        await store.close()
        await giveBack()
        await rm(folder, { recursive: true })
      },
    }
  }

  storeContract('PostgreSQL', open)
})
