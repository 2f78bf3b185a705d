import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cpuSecondsOf, memoryOf } from '../kit/process.ts'

/** XMPP servers of the machine, each with a configuration and a folder of its own, gone when stopped. */
export interface XmppServer {
  readonly who: string
  readonly port: number
  /** Of all its processes, user and system. */
  cpuSeconds(): number
  /** Resident, of all its processes, in bytes. */
  memory(): number
  stop(): Promise<void>
}

interface Kind {
  readonly program: string
  readonly file: string
  readonly settings: (folder: string, port: number) => string
  readonly command: (folder: string) => readonly [string, ...string[]]
}

/** No encryption, no limits, accounts by anybody: what is measured is the path of a message. */
const KINDS: Readonly<Record<'prosody' | 'ejabberd', Kind>> = {
  prosody: {
    program: 'prosody',
    file: 'prosody.cfg.lua',
    settings: (folder, port) => `
daemonize = false
run_as_root = true
pidfile = "${folder}/pid"
data_path = "${folder}"
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
modules_enabled = { "roster", "saslauth", "register_ibr", "offline", "ping" }
modules_disabled = { "s2s", "tls" }
allow_registration = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
log = { error = "${folder}/log" }
VirtualHost "localhost"
`,
    command: (folder) => ['prosody', '-F', '--config', join(folder, 'prosody.cfg.lua')],
  },
  ejabberd: {
    program: 'ejabberdctl',
    file: 'ejabberd.yml',
    settings: (_, port) => `
hosts: [localhost]
loglevel: error
listen:
  - {port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: false, shaper: none, max_stanza_size: 1000000}
auth_method: internal
auth_password_format: plain
registration_timeout: infinity
modules:
  mod_roster: {}
  mod_offline: {access_max_user_messages: all}
  mod_ping: {}
  mod_register: {ip_access: all, access: all}
`,
    command: (folder) => [
      'ejabberdctl',
      '--node',
      `chatnip${process.pid}@localhost`,
      '--config',
      join(folder, 'ejabberd.yml'),
      '--ctl-config',
      join(folder, 'none.cfg'),
      '--logs',
      folder,
      '--spool',
      folder,
      'foreground',
    ],
  },
}

/** @returns null when it is not installed */
export async function startXmpp(who: 'prosody' | 'ejabberd', port: number): Promise<XmppServer | null> {
  const { program, file, settings, command } = KINDS[who]
  if (!isInstalled(program)) return null
  const folder = await mkdtemp(join(tmpdir(), `chatnip-${who}-`))
  await writeFile(join(folder, file), settings(folder, port))
  await writeFile(join(folder, 'none.cfg'), '')
  // Started by root, ejabberd becomes a user of its own.
  await chmod(folder, 0o777)
  const [name, ...args] = command(folder)
  const [first, ...rest] = isInstalled('taskset') ? ['taskset', '-c', '0', name, ...args] : [name, ...args]
  const child = spawn(first ?? name, rest, { stdio: 'ignore', detached: true })
  const pids = () => familyOf(child.pid ?? 0)
  const stop = async () => {
    const gone = once(child, 'exit')
    for (const pid of pids()) kill(pid)
    if (child.exitCode === null) await gone
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await listening(port)
  } catch {
    const said = await readFile(join(folder, 'log'), 'utf8').catch(() => '')
    await stop()
    throw new Error(`${who} does not listen. ${said}`)
  }
  const sum = (of: (pid: number) => number) => pids().reduce((all, pid) => all + of(pid), 0)
  return { who, port, cpuSeconds: () => sum(cpuSecondsOf), memory: () => sum(memoryOf), stop }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A process and everything that it has started: those that were started by a shell are not its own. */
function familyOf(root: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
        return [[Number(name), Number(fields[1])] as const]
      } catch {
        return []
      }
    })
  const family = [root]
  for (const pid of family) family.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child))
  return family
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has gone already.
  }
}

/** @throws Error when nobody listens within half a minute */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isThere) return
    await pause(100)
  }
  throw new Error('nobody listens')
}
