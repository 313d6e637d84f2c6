// Endpoints of a Kubernetes Service: its EndpointSlices, followed by the client that the Kubernetes project keeps. It reads
// kubeconfig files with their plugins and the service account of a Pod, lists, watches, and resumes where a watch ended.

import { existsSync } from 'node:fs'
import type { Informer, KubeConfig, ObjectCache, V1EndpointSlice } from '@kubernetes/client-node'
import type { KubernetesSettings } from '../../switches/endpoints-from.ts'
import type { Clock } from './clock.ts'
import { endpointsIn } from './endpoint-slices.ts'
import type { EndpointSource } from './endpoint-source.ts'
import { SourceState, type SourceStateOptions } from './source-state.ts'

export interface KubernetesAccess {
  /** A kubeconfig file. Default: the service account of the Pod that the control plane runs in. */
  readonly kubeconfig?: string
}

type Slices = Informer<V1EndpointSlice> & ObjectCache<V1EndpointSlice>

/** After an error, in milliseconds; doubled with each further one. */
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token'
const UNKNOWN_API =
  'this control plane knows no Kubernetes API: name a kubeconfig file (yard serve --kubeconfig FILE), or run it in a Pod with a service account'

export function startKubernetesSource(
  settings: KubernetesSettings,
  { clock, kubeconfig }: KubernetesAccess & { readonly clock: Clock },
  options: SourceStateOptions,
): EndpointSource {
  const { namespace, service, port } = settings
  const state = new SourceState(options)
  let informer: Slices | undefined
  let isClosed = false
  let isListed = false
  let isDue = false
  let pause = FIRST_PAUSE_MS
  let stopTimer = () => {}

  /** What one list or one turn of the event loop brings is one answer. */
  const take = () => {
    if (isDue) return
    isDue = true
    setImmediate(() => {
      isDue = false
      if (isClosed || !isListed || informer === undefined) return
      const found = endpointsIn(informer.list(), port)
      if (!('problem' in found)) return state.answer(found)
      state.fail(`Service ${namespace}/${service} ${found.problem}`, 'kubernetes')
    })
  }
  const retry = (error: unknown) => {
    if (isClosed) return
    state.fail(
      `EndpointSlices of ${namespace}/${service}: ${describe(error)}; the endpoints from before stay`,
      'kubernetes',
    )
    stopTimer()
    stopTimer = clock.after(pause, () => void start())
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }
  const start = async () => {
    try {
      informer ??= await createInformer(settings, kubeconfig, {
        changed: take,
        listed: () => {
          isListed = true
          pause = FIRST_PAUSE_MS
          take()
        },
        failed: retry,
      })
      if (!isClosed) await informer.start()
    } catch (error) {
      retry(error)
    }
  }
  void start()
  return {
    read: () => state.read(),
    settled: state.settled,
    close: () => {
      isClosed = true
      stopTimer()
      void informer?.stop()
    },
  }
}

interface Listener {
  readonly changed: () => void
  readonly listed: () => void
  readonly failed: (error: unknown) => void
}

/** The client is loaded by the first source that needs it. @throws if the kubeconfig file is invalid */
async function createInformer(
  { namespace, service }: KubernetesSettings,
  kubeconfig: string | undefined,
  { changed, listed, failed }: Listener,
): Promise<Slices> {
  const client = await import('@kubernetes/client-node')
  const config: KubeConfig = new client.KubeConfig()
  if (kubeconfig !== undefined) config.loadFromFile(kubeconfig)
  else if (existsSync(SERVICE_ACCOUNT)) config.loadFromCluster()
  else throw new Error(UNKNOWN_API)
  const api = config.makeApiClient(client.DiscoveryV1Api)
  const labelSelector = `kubernetes.io/service-name=${service}`
  const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`
  const informer = client.makeInformer(
    config,
    path,
    async () => {
      const list = await api.listNamespacedEndpointSlice({ namespace, labelSelector })
      listed()
      return list
    },
    labelSelector,
  )
  for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, changed)
  informer.on('error', failed)
  return informer
}

/** Lists fail with a `code`, watches with a `statusCode`. */
function describe(error: unknown): string {
  const {
    code,
    statusCode = code,
    message = String(error),
  } = error as {
    readonly code?: unknown
    readonly statusCode?: unknown
    readonly message?: string
  }
  if (statusCode === 401 || statusCode === 403) {
    return `the API denies them (${statusCode}): allow get, list and watch of endpointslices in discovery.k8s.io`
  }
  return message.split('\n', 1)[0] ?? ''
}
