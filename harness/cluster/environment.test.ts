// The variables that the Job sets.

import t from 'tap'
import { readEnvironment } from './environment.ts'

t.test('a Job names its mesh and describes its cluster', async (t) => {
  const env = { SWITCHYARD_MESH: 'istio', SWITCHYARD_CLUSTER: 'kind' }
  t.same(readEnvironment(env), { isCluster: true, mesh: 'istio', cluster: 'kind' })
})

t.test('without its variables, it is not in a cluster', async (t) => {
  t.same(readEnvironment({}), { isCluster: false, mesh: 'none', cluster: 'not described' })
})

t.test('an unknown mesh is an error that lists the known ones', async (t) => {
  t.throws(() => readEnvironment({ SWITCHYARD_MESH: 'consul' }), {
    code: 'invalid-argument',
    message: 'SWITCHYARD_MESH: unknown mesh "consul"; use one of: none, istio, ambient, linkerd',
  })
})
