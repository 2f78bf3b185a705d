import { BlockList, isIP } from 'node:net'

/**
 * Whom this server may send a push to. The addresses come from people, and a server that asks whatever address it is given can be made to
 * knock at doors within its own network. So: https alone, known push services alone, and never an address of a private network, whatever
 * a name is resolved to.
 */
export interface PushPolicy {
  /** Whether that may be a device's address at all. */
  allows(endpoint: URL): boolean
  /** Whether what its name was resolved to may be connected to. */
  mayReach(address: string): boolean
  /** Certificates to trust besides the usual ones; in tests. */
  readonly ca?: string
}

/** Those of the browsers that there are. A name with a dot in front stands for everything below it. */
export const PUSH_SERVICES: readonly string[] = [
  'fcm.googleapis.com',
  'jmt17.google.com',
  'updates.push.services.mozilla.com',
  '.push.apple.com',
  '.notify.windows.com',
]

/** IANA's special-purpose registries: networks of one's own, of the machine, of nobody. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

/** Apart, since Node counts every IPv4 address to `::ffff:0:0/96`. */
const notPublic = { ipv4: new BlockList(), ipv6: new BlockList() }
const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
for (const network of NOT_PUBLIC) {
  const [address = '', bits] = network.split('/')
  const family = familyOf(address)
  notPublic[family].addSubnet(address, Number(bits), family)
}

/** Whether an address lies in the open Internet. */
export function isPublic(address: string): boolean {
  const family = familyOf(address)
  return isIP(address) !== 0 && !notPublic[family].check(address, family)
}

const isOf = (host: string, name: string): boolean => (name.startsWith('.') ? host.endsWith(name) : host === name)

/** @param services names of hosts, as `PUSH_SERVICES` */
export const publicPolicy = (services: readonly string[]): PushPolicy => ({
  allows: ({ protocol, hostname, port, username, password }) =>
    protocol === 'https:' &&
    port === '' &&
    username === '' &&
    password === '' &&
    services.some((name) => isOf(hostname, name)),
  mayReach: isPublic,
})
