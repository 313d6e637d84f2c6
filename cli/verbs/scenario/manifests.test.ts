// `yard scenario manifests`.

import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { clusterManifests } from '../../../experiments/scenarios/grpc-loadbalancing-cluster/manifests/cluster-manifests.ts'
import { transportManifests } from '../../../experiments/scenarios/grpc-transport-benchmark-cluster/manifests/transport-manifests.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { runYard } from '../../../test/support/yard-process.ts'

const run = (t: import('tap').Test, ...flags: readonly string[]) =>
  runYard(t, testFolder(t), 'scenario', 'manifests', ...flags)

t.test('O4.4: yard scenario manifests prints all objects of a mesh', async (t) => {
  const flags = { image: 'switchyard:1', namespace: 'lb', cluster: 'kind, "quoted": yes' } as const
  const { code, stdout } = await run(
    t,
    ...['--mesh', 'ambient', '--profile', 'quick'],
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
  )
  t.equal(code, 0)
  t.same(
    parseAllDocuments(stdout).map((document) => document.toJS()),
    clusterManifests({ ...flags, mesh: 'ambient', profile: 'quick' }),
  )
})

t.test('O8.13: it prints those of the transport benchmark', async (t) => {
  const { code, stdout } = await run(
    t,
    ...['grpc-transport-benchmark', '--image', 'switchyard:1', '--profile', 'full', '--no-host-path'],
    ...['--node-port', '31000', '--client-node', 'bench=a', '--client-node', 'kubernetes.io/os=linux'],
  )
  t.equal(code, 0)
  t.same(
    parseAllDocuments(stdout).map((document) => document.toJS()),
    transportManifests({
      ...{ image: 'switchyard:1', profile: 'full', hostPath: false, nodePort: 31_000 },
      clientNode: { bench: 'a', 'kubernetes.io/os': 'linux' },
    }),
  )
})

t.test('wrong flags are errors that say what to write', async (t) => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [[], /required option '--image <name>' not specified/],
    [['--image', 'Switch Yard'], /Write the name of an image, such as switchyard:cluster/],
    [['--image', 'a', '--mesh', 'consul'], /Allowed choices are none, istio, ambient, linkerd/],
    [['grpc-web', '--image', 'a'], /Allowed choices are grpc-loadbalancing, grpc-transport-benchmark/],
    [['--image', 'a', '--node-port', 'x'], /Write a port of the cluster's range/],
    [['--image', 'a', '--client-node', 'x'], /Write a label as KEY=VALUE/],
    [['--image', 'a', '--namespace', 'My_Space'], /Write a namespace of at most 63 small letters/],
  ]
  for (const [flags, message] of wrong) {
    const { code, output } = await run(t, ...flags)
    t.equal(code, 2)
    t.match(output, message)
  }
})
