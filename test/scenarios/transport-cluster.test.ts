// The transport benchmark in a cluster, without one: what its Job logs makes a report, with every placement.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { transportManifests } from '../../experiments/scenarios/grpc-transport-benchmark-cluster/manifests/transport-manifests.ts'
import {
  headlessOf,
  PLACEMENTS,
  PORT,
  SERVERS,
  SOCKETS,
} from '../../experiments/scenarios/grpc-transport-benchmark-cluster/placements.ts'
import { WORKLOAD } from '../../harness/cluster/job.ts'
import { commandOf, podOf, runJob } from '../support/job-in-namespace.ts'
import { requireTool } from '../support/requirements.ts'

const ADDRESS = { sameNode: '127.0.0.2', crossNode: '127.0.0.3' } as const

t.test('O8.13: what the Job logs in a cluster makes a report of all placements', async (t) => {
  if (!requireTool(t, 'network namespaces')) return
  // The port of the server stands for that of the node, because nobody translates addresses here.
  const manifests = transportManifests({ image: 'switchyard', profile: 'quick', nodePort: PORT })
  const [job] = podOf(manifests, WORKLOAD).containers
  const alone = (name: string, address: string) =>
    podOf(manifests, name).containers.map((container) =>
      commandOf(container, {}).replaceAll('0.0.0.0', address),
    )
  if (!job) return t.fail('the Job has no container')
  const { results, folder } = await runJob(t, {
    hosts: (['sameNode', 'crossNode'] as const).flatMap((server) => [
      [ADDRESS[server], SERVERS[server]] as const,
      [ADDRESS[server], headlessOf(SERVERS[server])] as const,
    ]),
    folders: Object.values(SOCKETS),
    servers: [
      ...(podOf(manifests, WORKLOAD).initContainers ?? []).map((one) => commandOf(one, {})),
      ...alone(SERVERS.hostPath, '127.0.0.4'),
      ...alone(SERVERS.sameNode, ADDRESS.sameNode),
      ...alone(SERVERS.crossNode, ADDRESS.crossNode),
    ],
    job: commandOf(job, { 'status.hostIP': ADDRESS.crossNode }),
  })
  t.match(results, { scenario: 'grpc-transport-benchmark-cluster', ended: String })
  const page = readFileSync(join(folder, 'report.html'), 'utf8')
  for (const { id, title } of PLACEMENTS) {
    t.match(page, title)
    const runs = results.runs.filter((run) => run.id.startsWith(`matrix.${id}.`))
    t.ok(runs.length > 1 && runs.every(({ state }) => state === 'measured'), id)
  }
})
