// What is applied to a cluster: valid by the schemas of Kubernetes, Istio and the Gateway API, without rights, and consistent.

import { existsSync } from 'node:fs'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from '../../../../harness/cluster/kinds.ts'
import { MESHES, type Mesh } from '../../../../harness/cluster/meshes.ts'
import { renderManifests } from '../../../../harness/cluster/render-manifests.ts'
import { type CheckedObject, fetchKubernetesSchemas } from '../../../../test/support/kubernetes-schemas.ts'
import { requireTool } from '../../../../test/support/requirements.ts'
import { sourceFile } from '../../../../testbed/part.ts'
import { CLUSTER_WAYS, PORT } from '../targets.ts'
import { clusterManifests } from './cluster-manifests.ts'

const manifestsOf = (mesh: Mesh) => clusterManifests({ mesh, image: 'switchyard:test' })

const nameOf = ({ kind, metadata: { name } }: Manifest) => `${kind} ${name}`

/** The pods that a mesh's manifests create: of the backends and of the Job. */
function podsOf(mesh: Mesh) {
  return manifestsOf(mesh).flatMap((manifest) => {
    if (manifest.kind !== 'Deployment' && manifest.kind !== 'Job') return []
    const template = manifest.spec?.template
    return template?.spec ? [{ kind: manifest.kind, metadata: template.metadata, spec: template.spec }] : []
  })
}

for (const mesh of MESHES) {
  t.test(`O4.4: the manifests for mesh "${mesh}" are valid by the schemas of their kinds`, async (t) => {
    if (!requireTool(t, 'go')) return
    const { problemsOf, istioKeys } = fetchKubernetesSchemas()
    for (const manifest of manifestsOf(mesh)) {
      t.same(problemsOf(manifest), [], nameOf(manifest))
      const keys = Object.keys({ ...manifest.metadata.labels, ...manifest.metadata.annotations })
      for (const key of keys.filter((one) => one.includes('istio.io/'))) t.ok(istioKeys.has(key), key)
    }
    for (const { metadata } of podsOf(mesh)) {
      const keys = Object.keys(metadata?.annotations ?? {}).filter((one) => one.includes('istio.io/'))
      for (const key of keys) t.ok(istioKeys.has(key), key)
    }
  })

  t.test(`no pod for mesh "${mesh}" has rights, a token, a writable root or tolerations`, async (t) => {
    const pods = podsOf(mesh)
    t.equal(pods.length, 2)
    for (const { spec } of pods) {
      t.match(spec, {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        tolerations: undefined,
        serviceAccountName: undefined,
      })
      for (const { resources, securityContext } of spec.containers) {
        t.same(resources?.requests, resources?.limits)
        t.match(securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    }
  })

  t.test(
    `the Services for mesh "${mesh}" select the backends only, and exist for every target`,
    async (t) => {
      const manifests = manifestsOf(mesh)
      const [backends, job] = podsOf(mesh)
      const services = manifests.filter((one) => one.kind === 'Service')
      const selects = (
        selector: Readonly<Record<string, string>>,
        labels: Readonly<Record<string, string>> = {},
      ) => Object.entries(selector).every(([key, value]) => labels[key] === value)
      for (const { spec } of services) {
        t.ok(selects(spec?.selector ?? {}, backends?.metadata?.labels))
        t.notOk(selects(spec?.selector ?? {}, job?.metadata?.labels))
        t.match(spec?.ports, [{ port: PORT }])
      }
      const names = services.map(({ metadata: { name } }) => `dns:///${name}:${PORT}`)
      for (const { target } of CLUSTER_WAYS[mesh]) t.ok(names.includes(target), target)
    },
  )
}

/** A copy with another value at a path such as `spec.template.spec.containers.0.image`. */
function changed(manifest: Manifest, path: string, value: unknown): CheckedObject {
  const copy = structuredClone(manifest) as CheckedObject
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  // biome-ignore lint/suspicious/noExplicitAny: the path leads through objects of many types.
  const parent = keys.reduce<any>((object, key) => object[key], copy)
  parent[last] = value
  return copy
}

const CONTAINER = 'spec.template.spec.containers.0'
const INVALID: readonly [title: string, kind: Manifest['kind'], path: string, value: unknown][] = [
  ['an unknown field', 'Deployment', 'spec.replicaz', 3],
  [
    'a misspelled field of a container',
    'Deployment',
    `${CONTAINER}.securityContext.readOnlyRootFilesytem`,
    true,
  ],
  ['a misspelled field of a probe', 'Deployment', `${CONTAINER}.readinessProbe.grpc.prot`, 50_051],
  ['a number as a string', 'Job', 'spec.backoffLimit', '0'],
  ['no selector', 'Deployment', 'spec.selector', undefined],
  ['a misspelled field', 'Service', 'spec.clusterIp', 'None'],
  ['an unknown field', 'Namespace', 'metadata.label', {}],
  ['an unknown policy', 'DestinationRule', 'spec.trafficPolicy.loadBalancer.simple', 'LEAST_CONNECTIONS'],
  ['a misspelled field', 'DestinationRule', 'spec.trafficPolicy.loadbalancer', { simple: 'RANDOM' }],
  ['no host', 'DestinationRule', 'spec.host', undefined],
  ['a misspelled field', 'Gateway', 'spec.gatewayClass', 'istio-waypoint'],
  ['a port that is too large', 'Gateway', 'spec.listeners.0.port', 70_000],
  ['an unknown version', 'DestinationRule', 'apiVersion', 'networking.istio.io/v2'],
]

t.test('O4.4: a manifest with one error is invalid', async (t) => {
  if (!requireTool(t, 'go')) return
  const { problemsOf } = fetchKubernetesSchemas()
  const manifests = MESHES.flatMap(manifestsOf)
  for (const [title, kind, path, value] of INVALID) {
    const manifest = manifests.find((one) => one.kind === kind)
    if (manifest === undefined) return t.fail(`there is no ${kind}`)
    const wrong = JSON.parse(JSON.stringify(changed(manifest, path, value)))
    t.equal(problemsOf(wrong).length > 0, true, `${kind} with ${title}: ${path}`)
  }
})

t.test('the compiler rejects a misspelled field', async (t) => {
  const about = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'echo' } } as const
  const right: Manifest = { ...about, spec: { clusterIP: 'None' } }
  // @ts-expect-error It is `clusterIP`.
  const wrong: Manifest = { ...about, spec: { clusterIp: 'None' } }
  t.notSame(wrong, right)
})

t.test('the Job runs once, apart from the backends, and its proxy ends with it', async (t) => {
  for (const mesh of MESHES) {
    const job = manifestsOf(mesh).find((one) => one.kind === 'Job')
    t.match(job, { spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } } })
  }
  const annotationsOf = (mesh: Mesh) => podsOf(mesh)[1]?.metadata?.annotations
  t.match(annotationsOf('istio'), { 'sidecar.istio.io/nativeSidecar': 'true' })
  t.match(annotationsOf('linkerd'), { 'config.linkerd.io/proxy-enable-native-sidecar': 'true' })
})

t.test('every pod starts a program that the image has', async (t) => {
  for (const { spec } of MESHES.flatMap(podsOf)) {
    for (const { command = [], image } of spec.containers) {
      t.equal(image, 'switchyard:test')
      const [, file = ''] = /\bnode (\S+\.ts)\b/.exec(command.join(' ')) ?? []
      t.ok(existsSync(sourceFile(file)), file)
    }
  }
})

t.test('YAML has the same objects', async (t) => {
  const manifests = manifestsOf('ambient')
  const parsed = parseAllDocuments(renderManifests(manifests)).map((document) => document.toJS())
  t.same(parsed, manifests)
})
