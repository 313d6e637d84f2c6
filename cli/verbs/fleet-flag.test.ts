// The flag --fleet of `yard up`.

import t from 'tap'
import { readFleet } from './fleet-flag.ts'

t.test('fleets of Envoys and of gRPC clients are read one after the other', async (t) => {
  const both = readFleet('clients=proxyless:node,python,node', readFleet('edge=2'))
  t.strictSame([...both.envoys], [['edge', 2]])
  t.strictSame([...both.proxyless], [['clients', ['node', 'python']]], 'a language counts once')
})

t.test('the last flag of a name counts', async (t) => {
  const replaced = readFleet('edge=proxyless:node', readFleet('edge=2', readFleet('canary=1')))
  t.strictSame([[...replaced.envoys], [...replaced.proxyless]], [[['canary', 1]], [['edge', ['node']]]])
  const again = readFleet('edge=3', replaced)
  t.strictSame([...again.envoys].sort(), [
    ['canary', 1],
    ['edge', 3],
  ])
  t.equal(again.proxyless.size, 0)
})

for (const [text, message] of [
  ['edge', /Write NAME=SIZE, such as edge=3, or NAME=proxyless:LANGUAGE/],
  ['edge=many', /not "edge=many"/],
  ['=3', /not "=3"/],
  ['clients=proxyless:', /not "clients=proxyless:"/],
  ['clients=proxyless:node,cobol', /Unknown language of gRPC "cobol"\. Use one of: node, python/],
] as const) {
  t.test(`${text} is invalid`, async (t) => {
    t.throws(() => readFleet(text), { message })
  })
}
