import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeContract } from '../contract.ts'
import type { OpenedStore, OpenStore } from '../contract.ts'
import { openSqliteStore } from './sqlite.ts'

const open: OpenStore = async (limits = {}): Promise<OpenedStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-store-'))
  const file = join(folder, 'chatnip.db')
  const openAgain = (path: string) => openSqliteStore({ file: path, limits, foreignCheckMilliseconds: 10 })
  let store = await openAgain(file)
  return {
    store,
    folder,
    reopen: async () => {
      await store.close()
      store = await openAgain(file)
      return store
    },
    beside: () => openSqliteStore({ file, limits, role: 'admin' }),
    openBackup: openAgain,
    close: async () => {
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
}

storeContract('SQLite', open)
