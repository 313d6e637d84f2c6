// A network namespace of our own: interfaces, addresses, routes and firewall rules apart from the host's.
// https://man7.org/linux/man-pages/man7/network_namespaces.7.html

import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { findProgram } from '../../processes/find-program.ts'
import type { ProcessGroup, ProcessStarter } from '../../processes/process-group.ts'

const run = promisify(execFile)

interface Command {
  readonly command: string
  readonly args: readonly string[]
}

/** Root enters a namespace as it is. Other users need a user namespace around it, in which they are root. */
function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Whether namespaces can be created here: as root, or as another user where the system allows user namespaces. */
export function canCreateNamespaces(): boolean {
  const args = [...(isRoot() ? [] : ['--user', '--map-root-user']), '--net', 'true']
  return spawnSync('unshare', args).status === 0
}

/**
 * The namespace has no name: it lives as long as a process is in it. One process does nothing but hold it, and ends with its stdin,
 * so that nothing is left behind even if this process is killed. A pair of interfaces ends with either of its namespaces.
 */
export class NetworkNamespace {
  readonly name: string
  /** The process that holds it. */
  readonly pid: number

  private constructor(name: string, pid: number) {
    this.name = name
    this.pid = pid
  }

  /**
   * @param beside a namespace that the new one is to be connected to: both need the same user namespace
   * @throws SwitchyardError `process-failed` with what the system says, if it cannot be created
   */
  static async create(
    group: ProcessGroup,
    name: string,
    beside?: NetworkNamespace,
  ): Promise<NetworkNamespace> {
    const asRoot = beside === undefined ? ['--user', '--map-root-user'] : []
    const holder = [
      'unshare',
      ...(isRoot() ? [] : asRoot),
      '--net',
      '--',
      '/bin/sh',
      '-c',
      'echo ready; exec cat',
    ]
    const [command = '', ...args] = isRoot() || !beside ? holder : [...userOf(beside.pid), ...holder]
    const held = group.start({
      name: `network namespace ${name}`,
      command,
      args,
      ready: (line) => line === 'ready' || undefined,
    })
    await held.ready
    // A process that was ready has a pid.
    const namespace = new NetworkNamespace(name, held.pid as number)
    await namespace.run('ip', 'link', 'set', 'lo', 'up')
    return namespace
  }

  /** Starts processes inside, which `group` tracks and ends. Their pids are their own. */
  starterIn(group: ProcessStarter): ProcessStarter {
    return { start: (options) => group.start({ ...options, ...this.#enter(options) }) }
  }

  /** Runs a program inside to its end, with `input` as its stdin. @returns its output @throws SwitchyardError `process-failed` */
  async run(program: string, ...args: readonly string[]): Promise<string> {
    return await this.#execute('', program, args)
  }

  /** The same, with text for its stdin. */
  async feed(input: string, program: string, ...args: readonly string[]): Promise<string> {
    return await this.#execute(input, program, args)
  }

  #enter({ command, args }: Command): Command {
    const user = isRoot() ? [] : ['--user', '--preserve-credentials']
    return {
      command: 'nsenter',
      args: ['--target', String(this.pid), ...user, '--net', '--', command, ...args],
    }
  }

  async #execute(input: string, program: string, args: readonly string[]): Promise<string> {
    const inside = this.#enter({ command: findProgram(program) ?? program, args })
    try {
      const running = run(inside.command, [...inside.args])
      // A program that does not read it, or ends before, is judged by its exit code.
      running.child.stdin?.on('error', () => {}).end(input)
      return (await running).stdout
    } catch (cause) {
      const { stderr = '', message } = cause as Error & { readonly stderr?: string }
      const what = `"${[program, ...args].join(' ')}" failed in the network namespace ${this.name}`
      throw new SwitchyardError('process-failed', `${what}: ${stderr.trim() || message}`, { cause })
    }
  }
}

function userOf(pid: number): readonly string[] {
  return ['nsenter', '--target', String(pid), '--user', '--preserve-credentials', '--']
}

interface RouterEnd {
  readonly namespace: NetworkNamespace
  /** The name of the interface on its side. */
  readonly device: string
  /** Such as `10.244.1.1/24`. */
  readonly address: string
}

interface HostEnd {
  readonly namespace: NetworkNamespace
  /** Such as `10.244.1.10/24`. */
  readonly addresses: readonly string[]
}

/** Connects two namespaces by a pair of interfaces. All that the host sends goes to the router. */
export async function connectNamespaces(router: RouterEnd, host: HostEnd): Promise<void> {
  const { namespace, device, address } = router
  const peer = ['peer', 'name', 'eth0', 'netns', String(host.namespace.pid)]
  await namespace.run('ip', 'link', 'add', device, 'type', 'veth', ...peer)
  await namespace.run('ip', 'address', 'add', address, 'dev', device)
  await namespace.run('ip', 'link', 'set', device, 'up')
  for (const one of host.addresses) await host.namespace.run('ip', 'address', 'add', one, 'dev', 'eth0')
  await host.namespace.run('ip', 'link', 'set', 'eth0', 'up')
  const [gateway = ''] = address.split('/')
  await host.namespace.run('ip', 'route', 'add', 'default', 'via', gateway)
}
