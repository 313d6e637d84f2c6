// The variables that the Job sets.

import t from 'tap'
import { readEnvironment } from './environment.ts'

t.test('a Job names its mesh, its backends and its cluster', async (t) => {
  const env = { SWITCHYARD_MESH: 'istio', SWITCHYARD_BACKENDS: '10', SWITCHYARD_CLUSTER: 'kind' }
  t.same(readEnvironment(env), { isCluster: true, mesh: 'istio', backends: 10, cluster: 'kind' })
})

t.test('without its variables, it is not in a cluster', async (t) => {
  t.match(readEnvironment({}), { isCluster: false, mesh: 'none', backends: 3, cluster: 'not described' })
})

t.test('all wrong variables are reported at once', async (t) => {
  t.throws(() => readEnvironment({ SWITCHYARD_MESH: 'consul', SWITCHYARD_BACKENDS: '0' }), {
    code: 'invalid-argument',
    problems: [
      {
        path: 'SWITCHYARD_MESH',
        message: 'unknown mesh "consul"; use one of: none, istio, ambient, linkerd',
      },
      { path: 'SWITCHYARD_BACKENDS', message: '"0" is not a number of backends; give 1 to 9999' },
    ],
  })
})
