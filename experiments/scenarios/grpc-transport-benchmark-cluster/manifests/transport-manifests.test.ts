// What is applied to a cluster: valid by the schemas of Kubernetes, placed as the placements say, and with CPUs of its own.

import { existsSync } from 'node:fs'
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts'
import t from 'tap'
import { fetchKubernetesSchemas } from '../../../../test/support/kubernetes-schemas.ts'
import { requireTool } from '../../../../test/support/requirements.ts'
import { sourceFile } from '../../../../testbed/part.ts'
import { PLACEMENTS, PORT, SERVERS } from '../placements.ts'
import { type TransportClusterOptions, transportManifests } from './transport-manifests.ts'

const manifestsOf = (options: Partial<TransportClusterOptions> = {}) =>
  transportManifests({ image: 'switchyard:test', ...options })

/** By the name of their Deployment or Job. */
function podsOf(options?: Partial<TransportClusterOptions>): ReadonlyMap<string, PodSpec> {
  return new Map(
    manifestsOf(options).flatMap((manifest) => {
      if (manifest.kind !== 'Deployment' && manifest.kind !== 'Job') return []
      const spec = manifest.spec?.template.spec
      return spec ? [[manifest.metadata.name, spec]] : []
    }),
  )
}

const containersOf = ({ containers, initContainers = [] }: PodSpec) => [...initContainers, ...containers]

t.test('O8.13: the manifests are valid by the schemas of their kinds', async (t) => {
  if (!requireTool(t, 'go')) return
  const { problemsOf } = fetchKubernetesSchemas()
  for (const options of [{}, { hostPath: false }, { mesh: 'istio', clientNode: { bench: 'a' } }] as const) {
    for (const manifest of manifestsOf(options)) {
      t.same(problemsOf(manifest), [], `${manifest.kind} ${manifest.metadata.name}`)
    }
  }
  const job = manifestsOf().find(({ kind }) => kind === 'Job')
  const misspelled = { ...job, spec: { ...(job?.spec ?? {}), paralelism: 1 } }
  t.not(problemsOf(misspelled as never).length, 0, 'twin: a misspelled field')
})

t.test('O8.21: each container has whole CPUs, requests what it may use, and no rights', async (t) => {
  for (const [name, spec] of podsOf()) {
    t.match(spec, { automountServiceAccountToken: false, tolerations: undefined })
    for (const { name: container, resources, securityContext } of containersOf(spec)) {
      t.same(resources?.requests, resources?.limits)
      t.match(resources?.limits?.cpu, /^\d+$/, `${name}, ${container}: a static CPU manager needs whole CPUs`)
      t.match(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
  }
})

t.test('O8.20: servers are on the node of the client, or on another one', async (t) => {
  const pods = podsOf({ clientNode: { bench: 'a' } })
  const withClient = {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'workload' } },
        },
      ],
    },
  }
  t.match(pods.get(SERVERS.sameNode)?.affinity, withClient)
  t.match(pods.get(SERVERS.hostPath)?.affinity, withClient)
  t.match(pods.get(SERVERS.crossNode)?.affinity, { podAntiAffinity: withClient.podAffinity })
  t.notMatch(pods.get(SERVERS.crossNode)?.affinity, withClient)
  t.match(pods.get('workload'), { nodeSelector: { bench: 'a' }, affinity: undefined })
})

t.test('O8.1: client and server share the folder of their socket', async (t) => {
  const pods = podsOf()
  const client = pods.get('workload')
  const mountsOf = (spec: PodSpec | undefined, container: string) =>
    (spec && containersOf(spec).find(({ name }) => name === container)?.volumeMounts) ?? []
  const volumeOf = (spec: PodSpec | undefined, name: string) =>
    spec?.volumes?.find((volume) => volume.name === name)
  const shared = (server: string, spec: PodSpec | undefined) => {
    const folders = mountsOf(spec, server).map(({ mountPath }) => mountPath)
    return mountsOf(client, 'workload').filter(
      ({ name, mountPath }) => name !== 'tmp' && folders.includes(mountPath) && volumeOf(spec, name),
    )
  }
  const [own] = shared(SERVERS.socket, client)
  t.match(volumeOf(client, own?.name ?? ''), { emptyDir: { medium: 'Memory' } })
  const [host] = shared(SERVERS.hostPath, pods.get(SERVERS.hostPath))
  t.same(
    volumeOf(client, host?.name ?? ''),
    volumeOf(pods.get(SERVERS.hostPath), host?.name ?? ''),
    'the same folder of the node',
  )
  t.same(shared(SERVERS.loopback, client), [], 'twin: a server on loopback shares no folder')
  for (const [container, mount] of [
    [SERVERS.socket, own],
    [SERVERS.hostPath, host],
  ] as const) {
    const placement = PLACEMENTS.find(({ target }) => target({}).startsWith(`unix:${mount?.mountPath}`))
    const spec = container === SERVERS.socket ? client : pods.get(container)
    const { args = [] } = (spec && containersOf(spec).find(({ name }) => name === container)) ?? {}
    t.equal(args[args.indexOf('--listen') + 1], placement?.target({}), 'what it listens at is what is dialed')
  }
})

t.test('what is dialed over a network is a Service of the right server', async (t) => {
  const services = manifestsOf({ nodePort: 31_000 }).filter(({ kind }) => kind === 'Service')
  const names = services.map(({ metadata: { name } }) => `dns:///${name}:${PORT}`)
  const dialed = PLACEMENTS.map(({ target }) => target({})).filter((target) => target.startsWith('dns:'))
  t.equal(dialed.length, 4)
  for (const target of dialed) t.ok(names.includes(target), target)
  const nodePort = services.find(({ spec }) => (spec as { type?: string }).type === 'NodePort')
  t.match(nodePort?.spec, {
    ports: [{ nodePort: 31_000 }],
    selector: { 'app.kubernetes.io/name': SERVERS.crossNode },
  })
  const variables = podsOf({ nodePort: 31_000 }).get('workload')?.containers[0]?.env ?? []
  const env = Object.fromEntries(variables.map(({ name, value = '10.0.0.7' }) => [name, value]))
  t.equal(PLACEMENTS.find(({ id }) => id === 'node-port')?.target(env), '10.0.0.7:31000')
})

t.test('only a folder of the node needs root and a privileged namespace', async (t) => {
  const securityOf = (options?: Partial<TransportClusterOptions>) =>
    manifestsOf(options)[0]?.metadata.labels?.['pod-security.kubernetes.io/enforce']
  const rootsOf = (options?: Partial<TransportClusterOptions>) =>
    [...podsOf(options).values()]
      .flatMap(containersOf)
      .filter(({ securityContext }) => securityContext?.runAsUser === 0)
      .map(({ name, command }) => `${name}: ${command?.[0]}`)
  t.equal(securityOf(), 'privileged')
  t.same(rootsOf(), ['owner: chown'])
  t.equal(securityOf({ hostPath: false }), 'restricted')
  t.same(rootsOf({ hostPath: false }), [])
  t.notOk(
    [...podsOf({ hostPath: false }).values()].some(({ volumes = [] }) => volumes.some((one) => one.hostPath)),
  )
})

t.test('O8.14: Prometheus finds the servers that have a pod of their own', async (t) => {
  for (const manifest of manifestsOf()) {
    if (manifest.kind !== 'Deployment') continue
    const { metadata, spec } = manifest.spec?.template ?? {}
    const port = metadata?.annotations?.['prometheus.io/port']
    t.match(metadata?.annotations, { 'prometheus.io/scrape': 'true' })
    const [container] = spec?.containers ?? []
    t.ok(container?.args?.includes(`0.0.0.0:${port}`), manifest.metadata.name)
    t.ok(container?.ports?.some(({ containerPort }) => String(containerPort) === port))
  }
})

t.test('every pod starts a program that the image has', async (t) => {
  for (const spec of podsOf().values()) {
    for (const { command = [], image } of containersOf(spec)) {
      t.equal(image, 'switchyard:test')
      if (command[0] === 'chown') continue
      const [, file = ''] = /\bnode (\S+\.ts)\b/.exec(command.join(' ')) ?? []
      t.ok(existsSync(sourceFile(file)), file)
    }
  }
})
