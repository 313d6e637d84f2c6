// On what a scenario was measured: the machine, what it did before, and the versions of all programs.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { findEnvoy } from '../envoy-bootstrap/find-envoy.js'
import { findProgram } from '../processes/find-program.ts'
import type { Tools } from './scenario.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const GOVERNOR = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'
const LOAD = 'load before'
const MACHINE = ['/sys/class/dmi/id/sys_vendor', '/sys/class/dmi/id/product_name']

/** One fact for each name, in the order of a report. Take it before the first run: it has the load of the machine. */
export function describeEnvironment(tools: Tools = {}): Readonly<Record<string, string>> {
  const [cpu] = cpus()
  return {
    CPU: cpu?.model.trim() || 'unknown',
    cores: String(availableParallelism()),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `${type()} ${release()}`,
    'CPU governor': contentOf(GOVERNOR) ?? 'not visible here',
    virtualization: describeVirtualization(),
    [LOAD]: `${loadavg()
      .map((load) => load.toFixed(2))
      .join(', ')} (1, 5 and 15 minutes)`,
    commit: describeCommit(),
    Node: process.versions.node,
    'grpc-js': versionOfPackage('@grpc/grpc-js'),
    Envoy: versionOfEnvoy(),
    ...Object.fromEntries(Object.entries(tools).map(([name, command]) => [name, versionOf(command)])),
  }
}

/** For results that are resumed: the load then, and what else has changed, such as the commit. */
export function describeResumption(
  earlier: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  at: string,
): Readonly<Record<string, string>> {
  const changed = Object.entries(now).filter(([name, value]) => name === LOAD || earlier[name] !== value)
  return Object.fromEntries(changed.map(([name, value]) => [`${name}, resumed ${at}`, value]))
}

/** The version in the first line that a program prints; `not installed` if it cannot start. */
export function versionOf([program = '', ...args]: readonly string[]): string {
  const path = findProgram(program) ?? program
  const { error, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', timeout: 10_000 })
  if (error) return 'not installed'
  const text = `${stdout}\n${stderr}`.trim()
  return /\d+(\.\d+)+[\w.+~-]*/.exec(text)?.[0] ?? text.split('\n')[0] ?? ''
}

function describeVirtualization(): string {
  const flags = contentOf('/proc/cpuinfo') ?? ''
  const machine = MACHINE.map(contentOf).filter(Boolean).join(' ')
  if (existsSync('/.dockerenv')) return `container ${machine && `on ${machine}`}`.trim()
  if (/^flags.*\bhypervisor\b/m.test(flags)) return `virtual machine ${machine && `(${machine})`}`.trim()
  return machine === '' ? 'unknown' : `none (${machine})`
}

function describeCommit(): string {
  const git = (...args: readonly string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  const head = git('rev-parse', '--short=12', 'HEAD')
  if (head.status !== 0) return 'unknown'
  const isDirty = git('status', '--porcelain').stdout !== ''
  return `${head.stdout.trim()}${isDirty ? ' with uncommitted changes' : ''}`
}

function versionOfPackage(name: string): string {
  const text = readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

function versionOfEnvoy(): string {
  try {
    return findEnvoy({ fetch: false, log: () => {} }).version
  } catch {
    return 'not installed'
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
