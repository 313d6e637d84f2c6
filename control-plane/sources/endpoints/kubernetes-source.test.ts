// Endpoints of a Kubernetes Service, from a server that lists and watches as its API does.

import t, { type Test } from 'tap'
import { startFakeKubernetes } from '../../../test/support/fake-kubernetes.ts'
import { followSource } from '../../../test/support/follow-source.ts'
import { MONOTONIC } from './clock.ts'
import { startKubernetesSource } from './kubernetes-source.ts'

const SERVICE = { namespace: 'shop', service: 'echo' }

function sliceOf(name: string, ...addresses: string[]) {
  return {
    metadata: { name },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port: 7101 }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  }
}

function follow(t: Test, kubeconfig: string) {
  return followSource(t, (options) =>
    startKubernetesSource(SERVICE, { clock: MONOTONIC, kubeconfig }, options),
  )
}

const addressesIn = (endpoints: object) => Object.keys(endpoints).join()

t.test('T31: slices that come, change and go are followed', async (t) => {
  const api = await startFakeKubernetes(t)
  api.put(sliceOf('echo-1', '10.0.0.1'))
  const { until } = follow(t, api.kubeconfig)
  t.same((await until(({ answered }) => answered)).endpoints, { '10.0.0.1': { address: '10.0.0.1:7101' } })
  api.put(sliceOf('echo-2', '10.0.0.2'))
  await until(({ endpoints }) => addressesIn(endpoints) === '10.0.0.1,10.0.0.2')
  api.put(sliceOf('echo-1'))
  await until(({ endpoints }) => addressesIn(endpoints) === '10.0.0.2')
  api.remove('echo-2')
  const { problems } = await until(({ endpoints }) => addressesIn(endpoints) === '')
  t.same(problems, [])
})

t.test('T31: an API that denies the list changes nothing, and says what to allow', async (t) => {
  const api = await startFakeKubernetes(t)
  api.put(sliceOf('echo-1', '10.0.0.1'))
  const { until } = follow(t, api.kubeconfig)
  const before = await until(({ answered }) => answered)
  api.rejectWith(403)
  const denied = await until(({ problems }) => problems.length > 0)
  t.equal(denied.endpoints, before.endpoints)
  t.match(denied.problems, [
    { path: 'upstreams.echo.endpointsFrom.kubernetes', message: /\(403\): allow get, list and watch/ },
  ])
  api.rejectWith(undefined)
  api.put(sliceOf('echo-1', '10.0.0.3'))
  t.same((await until(({ endpoints }) => addressesIn(endpoints) === '10.0.0.3')).problems, [], 'twin')
})

t.test('T31: what changed while a watch was too old is listed again', async (t) => {
  const api = await startFakeKubernetes(t)
  api.put(sliceOf('echo-1', '10.0.0.1'))
  const { until } = follow(t, api.kubeconfig)
  await until(({ answered }) => answered)
  api.expire(() => {
    api.remove('echo-1')
    api.put(sliceOf('echo-9', '10.0.0.9'))
  })
  await until(({ endpoints }) => addressesIn(endpoints) === '10.0.0.9')
  t.ok(api.lists() > 1)
})

t.test('T31: without a kubeconfig file and outside of a Pod, the status says what is missing', async (t) => {
  const { until } = followSource(t, (options) =>
    startKubernetesSource(SERVICE, { clock: MONOTONIC }, options),
  )
  t.match(await until(({ problems }) => problems.length > 0), {
    answered: false,
    problems: [{ message: /knows no Kubernetes API: name a kubeconfig file/ }],
  })
})
