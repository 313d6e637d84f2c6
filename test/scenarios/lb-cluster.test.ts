// The load-balancing scenario in a cluster, without one: what its Job logs makes a report.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { BACKENDS } from '../../experiments/scenarios/grpc-loadbalancing-cluster/manifests/backends.ts'
import { clusterManifests } from '../../experiments/scenarios/grpc-loadbalancing-cluster/manifests/cluster-manifests.ts'
import { BACKEND_COUNT, SERVICES } from '../../experiments/scenarios/grpc-loadbalancing-cluster/targets.ts'
import { WORKLOAD } from '../../harness/cluster/job.ts'
import { commandOf, podOf, runJob } from '../support/job-in-namespace.ts'
import { requireTool } from '../support/requirements.ts'

const PODS = Array.from({ length: BACKEND_COUNT }, (_, index) => ({
  name: `echo-${index + 1}`,
  address: `127.0.0.${index + 1}`,
}))

t.test('O4.4: what the Job logs in a cluster makes a report, with a share for each pod', async (t) => {
  if (!requireTool(t, 'network namespaces')) return
  const manifests = clusterManifests({ mesh: 'none', image: 'switchyard', profile: 'quick' })
  const [backend] = podOf(manifests, BACKENDS).containers
  const [job] = podOf(manifests, WORKLOAD).containers
  if (!backend || !job) return t.fail('a pod has no container')
  const { results, folder } = await runJob(t, {
    hosts: [
      ...PODS.map(({ address }) => [address, SERVICES.headless] as const),
      // kube-proxy has picked this one for every connection.
      [PODS[0]?.address ?? '', SERVICES.plain],
    ],
    servers: PODS.map(({ name, address }) =>
      // All pods listen on one port of addresses of their own.
      commandOf(backend, { 'metadata.name': name }).replace('0.0.0.0', address),
    ),
    job: commandOf(job, {}),
  })
  t.match(readFileSync(join(folder, 'report.html'), 'utf8'), 'ClusterIP (kube-proxy)')
  t.match(results, { scenario: 'grpc-loadbalancing-cluster', ended: String })
  const sharesOf = (id: string) => results.runs.find((run) => run.id === id)?.measured?.shares ?? {}
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
