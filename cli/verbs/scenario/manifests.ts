// `yard scenario manifests`: scenarios that run in a Kubernetes cluster too, as its objects.

import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { clusterManifests } from '../../../experiments/scenarios/grpc-loadbalancing-cluster/manifests/cluster-manifests.ts'
import { transportManifests } from '../../../experiments/scenarios/grpc-transport-benchmark-cluster/manifests/transport-manifests.ts'
import type { Manifest } from '../../../harness/cluster/kinds.ts'
import { MESHES, type Mesh } from '../../../harness/cluster/meshes.ts'
import { renderManifests } from '../../../harness/cluster/render-manifests.ts'
import { PROFILES, type ProfileName } from '../../../harness/profile.ts'
import { withExamples } from '../flags.ts'

interface ManifestFlags {
  readonly image: string
  readonly mesh: Mesh
  readonly profile: ProfileName
  readonly namespace?: string
  readonly cluster?: string
  readonly hostPath: boolean
  readonly nodePort?: number
  readonly clientNode?: Readonly<Record<string, string>>
}

/** By the name of the scenario on one machine. */
const SCENARIOS: Readonly<Record<string, (flags: ManifestFlags) => readonly Manifest[]>> = {
  'grpc-loadbalancing': clusterManifests,
  'grpc-transport-benchmark': transportManifests,
}

export function addManifests(scenario: Command): void {
  const command = scenario
    .command('manifests')
    .description('Print Kubernetes manifests that run a scenario in a cluster, as a Job.')
    .addArgument(
      new Argument('[scenario]', 'What the Job measures.')
        .choices(Object.keys(SCENARIOS))
        .default('grpc-loadbalancing'),
    )
    .requiredOption(
      '--image <name>',
      'Image of examples/run-it/Dockerfile that the nodes have or can pull.',
      readImage,
    )
    .addOption(new Option('--mesh <name>', 'Mesh that the pods join.').choices(MESHES).default('none'))
    .addOption(
      new Option('--profile <name>', 'How long and how often the Job measures.')
        .choices(PROFILES)
        .default('standard'),
    )
    .option(
      '--namespace <name>',
      'Namespace of all objects (default: grpc-loadbalancing-MESH or grpc-transports-MESH).',
      readNamespace,
    )
    .option('--cluster <text>', 'What the report says of the cluster, such as "kind, Istio 1.28".')
    .option('--no-host-path', 'Transports: leave out the socket in a folder of the node, which needs root.')
    .option('--node-port <port>', 'Transports: port on all nodes (default: 30551).', readPort)
    .option(
      '--client-node <label>',
      'Transports: label of the node that makes the calls, as KEY=VALUE; may be repeated.',
      readLabel,
    )
  withExamples(command, [
    ['yard scenario manifests --image switchyard:cluster | kubectl apply -f -', 'Measure without a mesh.'],
    [
      'yard scenario manifests --image switchyard:cluster --mesh istio',
      'Show those for Istio with sidecars.',
    ],
    [
      'yard scenario manifests grpc-transport-benchmark --image switchyard:cluster',
      'Measure sockets, nodes and Services.',
    ],
  ])
  command.action((name: string, flags: ManifestFlags) => {
    process.stdout.write(renderManifests(SCENARIOS[name]?.(flags) ?? []))
  })
}

function readImage(text: string): string {
  if (/^[a-z0-9][\w./:@-]*$/.test(text)) return text
  throw new InvalidArgumentError(`Write the name of an image, such as switchyard:cluster, not "${text}".`)
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function readNamespace(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text
  throw new InvalidArgumentError(
    `Write a namespace of at most 63 small letters, digits and dashes, such as lb-test, not "${text}".`,
  )
}

/** Clusters may have another range than the default one. */
function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError(
    `Write a port of the cluster's range, which is 30000 to 32767 by default, not "${text}".`,
  )
}

function readLabel(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, key, value] = /^([\w./-]+)=([\w.-]*)$/.exec(text) ?? []
  if (key !== undefined && value !== undefined) return { ...before, [key]: value }
  throw new InvalidArgumentError(
    `Write a label as KEY=VALUE, such as kubernetes.io/hostname=worker-1, not "${text}".`,
  )
}
