// What a node is served beside what its fleet is served.

import t from 'tap'
import { compareServed } from './compare-served.ts'
import { CLUSTER, LISTENER } from './resource-types.ts'

const cluster = (policy: string) => ({ name: 'echo', lbPolicy: policy, hosts: [{ port: 1 }, { port: 2 }] })
const FLEET = {
  [LISTENER]: { version: 'l1', resources: { main: { address: { port: 1 } } } },
  [CLUSTER]: {
    version: 'c2',
    resources: { a: { name: 'a' }, echo: cluster('maglev'), new: { name: 'new' } },
  },
}

t.test('equal snapshots have no differences, and types are in push order', async (t) => {
  const types = compareServed(FLEET, FLEET)
  t.same(
    types.map(({ title, version, differing }) => [title, version, differing]),
    [
      ['Clusters', 'c2', 0],
      ['Listeners', 'l1', 0],
    ],
  )
  t.same(compareServed(FLEET), types, 'without the fleet nothing differs')
})

t.test('what differs comes first, with its path; what the node is not served has no content', async (t) => {
  const node = {
    [LISTENER]: { version: 'l1', resources: { main: { address: { port: 1, host: '127.0.0.1' } } } },
    [CLUSTER]: {
      version: 'c1',
      resources: { a: { name: 'a' }, echo: cluster('random'), old: { name: 'old' } },
    },
  }
  const [clusters, listeners] = compareServed(node, FLEET)
  t.same(
    clusters?.resources.map(({ name, content, changes }) => [
      name,
      content !== undefined,
      changes.map(({ path }) => path),
    ]),
    [
      ['echo', true, ['lbPolicy']],
      ['new', false, ['']],
      ['old', true, ['']],
      ['a', true, []],
    ],
  )
  t.equal(clusters?.differing, 3)
  t.same(listeners?.resources[0]?.changes, [{ path: 'address.host', after: '127.0.0.1' }])
})
