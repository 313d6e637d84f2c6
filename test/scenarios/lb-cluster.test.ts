// The scenario in a cluster, without one: the commands of its Deployment and of its Job run in a network namespace, whose hosts file
// has the names of the Services, and the log of the Job makes a report.

import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Container } from 'kubernetes-types/core/v1.d.ts'
import t from 'tap'
import { shellQuoted } from '../../core/shell-quote.ts'
import { clusterManifests } from '../../experiments/scenarios/grpc-loadbalancing-cluster/manifests/cluster-manifests.ts'
import { BACKEND_COUNT, SERVICES } from '../../experiments/scenarios/grpc-loadbalancing-cluster/targets.ts'
import { requireTool } from '../support/requirements.ts'
import { runYard } from '../support/yard-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const PODS = Array.from({ length: BACKEND_COUNT }, (_, index) => ({
  name: `echo-${index + 1}`,
  address: `127.0.0.${index + 1}`,
}))

/** As the kubelet starts it: with the variables of its own, and arguments that may refer to them. */
function commandOf(container: Container, fields: Readonly<Record<string, string>>): string {
  const env = (container.env ?? []).map(({ name, value, valueFrom }): [string, string] => [
    name,
    value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '',
  ])
  const expand = (word: string) =>
    env.reduce((expanded, [name, value]) => expanded.replaceAll(`$(${name})`, value), word)
  const words = [...(container.command ?? []), ...(container.args ?? []).map(expand)]
  return ['env', ...env.map(([name, value]) => `${name}=${value}`), ...words].map(shellQuoted).join(' ')
}

function containerOf(kind: 'Deployment' | 'Job'): Container {
  const manifests = clusterManifests({ mesh: 'none', image: 'switchyard', profile: 'quick' })
  for (const manifest of manifests) {
    if (manifest.kind !== kind || !('spec' in manifest)) continue
    const [container] = (manifest.spec as { template: { spec: { containers: Container[] } } }).template.spec
      .containers
    if (container) return container
  }
  throw new Error(`there is no ${kind}`)
}

t.test('O4.4: what the Job logs in a cluster makes a report, with a share for each pod', async (t) => {
  if (!requireTool(t, 'network namespaces')) return
  const folder = t.testdir({ tmp: {}, report: {} })
  const hosts = [
    ...PODS.map(({ address }) => `${address} ${SERVICES.headless}`),
    // kube-proxy has picked this one for every connection.
    `${PODS[0]?.address} ${SERVICES.plain}`,
  ]
  writeFileSync(join(folder, 'hosts'), `${hosts.join('\n')}\n`)
  const backends = PODS.map(({ name, address }) =>
    // All pods listen on one port of addresses of their own.
    commandOf(containerOf('Deployment'), { 'metadata.name': name }).replace('0.0.0.0', address),
  )
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
    ...backends.map((backend) => `${backend} </dev/null >/dev/null &`),
    commandOf(containerOf('Job'), {}),
  ]
  // A namespace of processes too: when the Job ends, the backends end with it.
  const child = spawn(
    'unshare',
    [
      '--map-root-user',
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'sh',
      '-ec',
      script.join('\n'),
    ],
    {
      // A pod has the variables of its image and its own.
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        TMPDIR: tmp,
        NODE_COMPILE_CACHE: join(tmp, 'compile-cache'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  const [log, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const lines = log.split('\n').filter((line) => line.startsWith('{"format":'))
  t.equal(lines.length, 1, `one line of the log is the results:\n${log.slice(0, 2000)}\n${errors}`)

  const report = join(folder, 'report')
  mkdirSync(report, { recursive: true })
  writeFileSync(join(report, 'results.json'), lines[0] ?? '')
  const { code, output } = await runYard(t, folder, 'scenario', 'report', report)
  t.equal(code, 0, output)
  t.match(readFileSync(join(report, 'report.html'), 'utf8'), 'ClusterIP (kube-proxy)')
  const results = JSON.parse(readFileSync(join(report, 'results.json'), 'utf8'))
  t.match(results, { scenario: 'grpc-loadbalancing-cluster', ended: String })
  const sharesOf = (id: string) =>
    results.runs.find((run: { readonly id: string }) => run.id === id)?.measured.shares
  const counts = Object.values(sharesOf('dns-round-robin.unary.open.4c.3b'))
  t.same(
    Object.keys(sharesOf('dns-round-robin.unary.open.4c.3b')).toSorted(),
    PODS.map(({ name }) => name),
  )
  t.ok(
    counts.every((count) => Number(count) > 0),
    'a headless Service spreads',
  )
  t.match(
    sharesOf('kernel-nat.unary.open.1c.3b'),
    { 'echo-2': 0, 'echo-3': 0 },
    'one that gets no call has 0',
  )
})
