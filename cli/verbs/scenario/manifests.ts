// `yard scenario manifests`: the load-balancing scenario as objects of a Kubernetes cluster.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { MESHES, type Mesh } from '../../../experiments/harness/cluster/meshes.ts'
import { renderManifests } from '../../../experiments/harness/cluster/render-manifests.ts'
import { PROFILES, type ProfileName } from '../../../experiments/harness/profile.ts'
import { clusterManifests } from '../../../experiments/scenarios/grpc-loadbalancing-cluster/manifests/cluster-manifests.ts'
import { withExamples } from '../flags.ts'

interface ManifestFlags {
  readonly image: string
  readonly mesh: Mesh
  readonly profile: ProfileName
  readonly namespace?: string
  readonly cluster?: string
}

export function addManifests(scenario: Command): void {
  const command = scenario
    .command('manifests')
    .description('Print Kubernetes manifests that run the load-balancing scenario in a cluster, as a Job.')
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
      'Namespace of all objects (default: grpc-loadbalancing-MESH).',
      readNamespace,
    )
    .option('--cluster <text>', 'What the report says of the cluster, such as "kind, Istio 1.28".')
  withExamples(command, [
    ['yard scenario manifests --image switchyard:cluster | kubectl apply -f -', 'Measure without a mesh.'],
    [
      'yard scenario manifests --image switchyard:cluster --mesh istio',
      'Show those for Istio with sidecars.',
    ],
  ])
  command.action((flags: ManifestFlags) => {
    process.stdout.write(renderManifests(clusterManifests(flags)))
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
