// Values at paths of the document, and merge patches from assignments.

import t from 'tap'
import { leavesOf, toMergePatch, valueAt } from './path.ts'

const DOCUMENT = {
  fleets: { edge: { lb: { mode: 'l4' } } },
  upstreams: { 'a.b': { endpoints: {} } },
}

t.test('a path leads to a value, or the error lists what is there', async (t) => {
  t.equal(valueAt(DOCUMENT, 'fleets.edge.lb.mode'), 'l4')
  t.same(valueAt(DOCUMENT, 'upstreams["a.b"]'), { endpoints: {} })
  t.throws(() => valueAt(DOCUMENT, 'fleet.edge'), {
    code: 'not-found',
    message: 'no "fleet" in the document. Use one of: fleets, upstreams',
  })
  t.throws(() => valueAt(DOCUMENT, 'fleets.edge.lb.mode.x'), { message: /no "x" in "fleets.edge.lb.mode"/ })
  t.throws(() => valueAt(DOCUMENT, 'constructor'), { code: 'not-found' })
})

t.test('leaves are listed with their paths', async (t) => {
  t.same(leavesOf(DOCUMENT), [
    ['fleets.edge.lb.mode', 'l4'],
    ['upstreams["a.b"].endpoints', {}],
  ])
  t.same(leavesOf('l4', ['mode']), [['mode', 'l4']])
})

t.test('assignments become one merge patch, with YAML values', async (t) => {
  const patch = toMergePatch([
    'fleets.edge.lb.mode=l7',
    'fleets.edge.lb.policy=maglev',
    'upstreams["a=b"].endpoints.b1.weight=5',
    'upstreams.echo.endpoints.b2=null',
    'upstreams.echo.endpoints.b3={address: "127.0.0.1:7103"}',
    'routes.r.rules.x.match.headers={x-canary: "1"}',
  ])
  t.equal(
    JSON.stringify(patch),
    JSON.stringify({
      fleets: { edge: { lb: { mode: 'l7', policy: 'maglev' } } },
      upstreams: {
        'a=b': { endpoints: { b1: { weight: 5 } } },
        echo: { endpoints: { b2: null, b3: { address: '127.0.0.1:7103' } } },
      },
      routes: { r: { rules: { x: { match: { headers: { 'x-canary': '1' } } } } } },
    }),
  )
})

t.test('no path pollutes a prototype', async (t) => {
  const patch = toMergePatch(['__proto__.polluted=1'])
  t.equal(JSON.stringify(patch), '{"__proto__":{"polluted":1}}')
  t.notOk('polluted' in {})
})

t.test('all invalid assignments are reported at once', async (t) => {
  t.throws(() => toMergePatch(['fleets.edge', 'a..b=1', 'a={', 'b=1']), {
    code: 'invalid-argument',
    problems: [
      { path: 'fleets.edge', message: 'is not PATH=VALUE' },
      { path: 'a..b', message: /is not a path/ },
      { path: 'a', message: /is not YAML/ },
    ],
  })
})
