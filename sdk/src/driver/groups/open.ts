import type { DeviceKeys } from '../../device-keys.ts'
import { Groups } from './groups.ts'
import type { GroupPorts } from './groups.ts'
import { loadMls } from './mls.ts'

/** All that has to do with groups, and the library: a part of the app of its own, loaded when it is needed. */
export const openGroups = async (keys: DeviceKeys, ports: GroupPorts): Promise<Groups> =>
  new Groups({ ...ports, mls: await loadMls(keys) })
