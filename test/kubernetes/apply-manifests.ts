// Applies the manifests of the scenarios that run in clusters to a real API server, checks that it rejects wrong ones, and follows
// its EndpointSlices.
// The first run takes minutes, because Go builds the API server.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clusterManifests } from '../../experiments/scenarios/grpc-loadbalancing-cluster/manifests/cluster-manifests.ts'
import { transportManifests } from '../../experiments/scenarios/grpc-transport-benchmark-cluster/manifests/transport-manifests.ts'
import type { Manifest } from '../../harness/cluster/kinds.ts'
import { MESHES } from '../../harness/cluster/meshes.ts'
import { interruption } from '../../processes/interruption.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { type CheckedObject, fetchKubernetesSchemas } from '../support/kubernetes-schemas.ts'
import { type ApiServer, startApiServer, until } from './api-server.ts'
import { followSlices } from './follow-slices.ts'

interface Applied {
  readonly title: string
  readonly manifests: readonly Manifest[]
  /** Whether its namespace enforces the Pod Security Standard "restricted". */
  readonly isRestricted: boolean
}

const IMAGE = { image: 'switchyard' }
const APPLIED: readonly Applied[] = [
  ...MESHES.map((mesh) => ({
    title: `load balancing, ${mesh}`,
    manifests: clusterManifests({ mesh, ...IMAGE }),
    isRestricted: mesh === 'none',
  })),
  { title: 'transports', manifests: transportManifests(IMAGE), isRestricted: false },
  {
    title: 'transports without a folder of the node',
    manifests: transportManifests({
      ...{ ...IMAGE, hostPath: false, namespace: 'transports-restricted', nodePort: 30_552 },
      clientNode: { bench: 'a' },
    }),
    isRestricted: true,
  },
]

const print = (text: string) => process.stdout.write(`${text}\n`)

async function run(): Promise<number> {
  const group = new ProcessGroup()
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  try {
    return await Promise.race([applyAll(await startApiServer(group, folder)), interruption()])
  } finally {
    await group.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function applyAll(api: ApiServer): Promise<number> {
  let failures = 0
  const expect = (holds: boolean, what: string) => {
    print(`${holds ? '✓' : '✗'} ${what}`)
    if (!holds) failures += 1
  }
  for (const definition of fetchKubernetesSchemas().definitions) await create(api, definition)
  for (const { title, manifests, isRestricted } of APPLIED) {
    for (const manifest of manifests) {
      const name = `${title}: ${manifest.kind} ${manifest.metadata.name}`
      const { status, body } = await create(api, manifest)
      expect(status === 201, `${name} is accepted${status === 201 ? '' : `: ${body.message}`}`)
      const wrong = await create(api, misspelled(manifest))
      expect(wrong.status === 400, `${name} with a misspelled field is rejected: ${wrong.body.message}`)
      const pod = podOf(manifest)
      if (pod === undefined) continue
      const started = await create(api, pod)
      expect(
        started.status === 201,
        `${name} may start its pods${started.status === 201 ? '' : `: ${started.body.message}`}`,
      )
      if (!isRestricted) continue
      const asRoot = await create(api, { ...pod, spec: { ...pod.spec, securityContext: { runAsUser: 0 } } })
      expect(asRoot.status === 403, `${name} may not start them as root: ${asRoot.body.message}`)
    }
  }
  await followSlices(api, (object) => create(api, object), expect)
  print(`${failures} failed`)
  return failures === 0 ? 0 : 1
}

/** Asks to create the object, with unknown fields as errors. Waits until a definition is in force. */
async function create(api: ApiServer, object: object) {
  const { apiVersion, kind, metadata } = object as Manifest
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const find = async () => {
    const { body } = await api.ask('GET', base)
    return (body.resources ?? []).find(
      (one: { kind: string; name: string }) => one.kind === kind && !one.name.includes('/'),
    )
  }
  await until(async () => (await find()) !== undefined, `the API server does not know ${apiVersion} ${kind}`)
  const { name, namespaced } = await find()
  const path = namespaced ? `${base}/namespaces/${metadata.namespace}/${name}` : `${base}/${name}`
  return await api.ask('POST', `${path}?fieldValidation=Strict`, object)
}

/** With a field beside those of its spec. */
function misspelled(manifest: CheckedObject) {
  const { spec } = manifest as { readonly spec?: object }
  return { ...manifest, spec: { ...spec, replicaz: 1 } }
}

/** A pod of the manifest's template, as its controller makes it. */
function podOf(manifest: Manifest) {
  if (manifest.kind !== 'Deployment' && manifest.kind !== 'Job') return undefined
  const { metadata, spec } = manifest.spec?.template ?? {}
  const { name, namespace } = manifest.metadata
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: `${name}-1`, namespace }, spec }
}

process.exit(await run())
