import type { ClaimedPackage } from '../../engine/state.ts'
import type { Transport } from '../../ports.ts'

/**
 * One key package of each device of these accounts, as the server hands them out.
 * @throws ChatnipError, also `unavailable`, or NetworkError
 */
export async function claimPackages(
  transport: Transport,
  names: readonly string[],
): Promise<readonly ClaimedPackage[]> {
  const all = await Promise.all(names.map((name) => claimOf(transport, name)))
  return all.flat()
}

async function claimOf(transport: Transport, name: string): Promise<readonly ClaimedPackage[]> {
  const { key_packages: found } = await transport.call('claim_key_packages', { destname: name })
  const list: readonly unknown[] = Array.isArray(found) ? found : []
  return list.flatMap((one) => readClaimed(one, name.toLowerCase()))
}

/** What the server may have said in truth, whatever the table promises. */
function readClaimed(value: unknown, account: string): readonly ClaimedPackage[] {
  if (typeof value !== 'object' || value === null) return []
  const { device_id: device, key_package: keyPackage }: { device_id?: unknown; key_package?: unknown } = value
  return typeof device === 'string' && typeof keyPackage === 'string' ? [{ account, device, keyPackage }] : []
}
