// Runs what a scenario's manifests would run in a cluster, without one: the very commands of servers and Job, in a network namespace
// whose hosts file has the names of the Services.

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import type { Test } from 'tap'
import { shellQuoted } from '../../core/shell-quote.ts'
import type { Manifest } from '../../harness/cluster/kinds.ts'
import type { Results } from '../../harness/results.ts'
import { testFolder } from './test-folder.ts'
import { runYard } from './yard-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** As the kubelet starts it: with the variables of its own, and arguments that may refer to them. */
export function commandOf(container: Container, fields: Readonly<Record<string, string>>): string {
  const env = (container.env ?? []).map(({ name, value, valueFrom }): [string, string] => [
    name,
    value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '',
  ])
  const expand = (word: string) =>
    env.reduce((expanded, [name, value]) => expanded.replaceAll(`$(${name})`, value), word)
  const words = [...(container.command ?? []), ...(container.args ?? []).map(expand)]
  return ['env', ...env.map(([name, value]) => `${name}=${value}`), ...words].map(shellQuoted).join(' ')
}

/** The pod of a Deployment or Job. @throws if nothing has this name */
export function podOf(manifests: readonly Manifest[], name: string): PodSpec {
  for (const { kind, metadata, spec } of manifests) {
    if ((kind !== 'Deployment' && kind !== 'Job') || metadata.name !== name) continue
    const pod = (spec as { template: { spec?: PodSpec } }).template.spec
    if (pod) return pod
  }
  throw new Error(`there is no pod of ${name}`)
}

export interface JobRun {
  /** Names of Services with the addresses of their servers. */
  readonly hosts: readonly (readonly [address: string, name: string])[]
  /** Shell commands of servers, which run until the Job ends. */
  readonly servers: readonly string[]
  readonly job: string
  /** Folders below `/run`, which is empty. */
  readonly folders?: readonly string[]
}

export interface JobResults {
  /** As the report evaluated them. */
  readonly results: Results
  readonly folder: string
}

/** Makes a report from the log of the Job. Fails the test if the log has no results, or if a check of them fails. */
export async function runJob(t: Test, run: JobRun): Promise<JobResults> {
  const folder = testFolder(t, { tmp: {}, report: {} })
  writeFileSync(join(folder, 'hosts'), run.hosts.map((line) => `${line.join(' ')}\n`).join(''))
  const tmp = join(folder, 'tmp')
  const script = [
    'ip link set lo up',
    // The checkout is read-only, as the image is in a pod; only its /tmp is not.
    ...[
      `mount --bind ${shellQuoted(root)} ${shellQuoted(root)}`,
      `mount --bind ${shellQuoted(tmp)} ${shellQuoted(tmp)}`,
    ],
    ...[`mount -o remount,bind,ro ${shellQuoted(root)}`, `cd ${shellQuoted(root)}`],
    `mount --bind ${shellQuoted(join(folder, 'hosts'))} /etc/hosts`,
    ...(run.folders
      ? ['mount -t tmpfs tmpfs /run', `mkdir -p ${run.folders.map(shellQuoted).join(' ')}`]
      : []),
    ...run.servers.map((server) => `${server} </dev/null >/dev/null &`),
    run.job,
  ]
  // A namespace of processes too: when the Job ends, the servers end with it.
  const flags = ['--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  const child = spawn('unshare', [...flags, 'sh', '-ec', script.join('\n')], {
    // A pod has the variables of its image and its own.
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      TMPDIR: tmp,
      NODE_COMPILE_CACHE: join(tmp, 'compile-cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [log, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const lines = log.split('\n').filter((line) => line.startsWith('{"format":'))
  t.equal(lines.length, 1, `one line of the log is the results:\n${log.slice(0, 2000)}\n${errors}`)

  const report = join(folder, 'report')
  writeFileSync(join(report, 'results.json'), lines[0] ?? '')
  const { code, output } = await runYard(t, folder, 'scenario', 'report', report)
  t.equal(code, 0, output)
  return { results: JSON.parse(lines[0] ?? ''), folder: report }
}
