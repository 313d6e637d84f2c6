// Random documents: none crashes the admin, and none is stored in part.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { checkConfig } from '../document/validate.ts'

const RUNS = 1_000

/** Patches that resemble the document in places, so that some pass the first checks. */
const someName = fc.constantFrom(
  'edge',
  'main',
  'echo',
  'public',
  'lb',
  'mode',
  'policy',
  'port',
  'l4',
  'l7',
  '__proto__',
)
const someValue = fc.oneof(
  fc.constantFrom(
    'l4',
    'l7',
    'random',
    'ring_hash',
    'maglev',
    'echo',
    'envoy',
    null,
    0,
    -1,
    65_536,
    1e21,
    '',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)
const { tree: somePatch } = fc.letrec((tie) => ({
  tree: fc.dictionary(someName, fc.oneof({ maxDepth: 5 }, someValue, tie('tree')), { maxKeys: 4 }),
}))
const someDocument = fc.oneof(
  fc.record({ fleets: somePatch }),
  fc.record({ fleets: fc.record({ edge: somePatch }) }),
  fc.record({ upstreams: somePatch, routes: somePatch }),
  fc.jsonValue(),
)

t.test(`${RUNS} random patches are each stored whole or rejected with a path`, async (t) => {
  const { admin, state, cache } = await serveFleet(t)
  await fc.assert(
    fc.asyncProperty(someDocument, async (patch) => {
      const before = { config: state.config, snapshot: cache.getSnapshot('edge') }
      const response = await admin.inject({
        method: 'PATCH',
        url: '/v1/config',
        headers: { 'content-type': 'application/merge-patch+json', 'if-match': '*' },
        payload: JSON.stringify(patch),
      })
      if (response.statusCode === 202) return 'config' in checkConfig(state.config)
      const { problems } = response.json()
      return (
        response.statusCode === 422 &&
        problems.length > 0 &&
        problems.every(({ message }: { readonly message: unknown }) => typeof message === 'string') &&
        state.config === before.config &&
        cache.getSnapshot('edge') === before.snapshot
      )
    }),
    { numRuns: RUNS },
  )
  t.equal((await admin.inject('/healthz')).statusCode, 200)
})

t.test(`${RUNS} random texts as YAML and as JSON are each rejected`, async (t) => {
  const { admin, state } = await serveFleet(t)
  const before = state.head
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('json', 'yaml'),
      async (payload, format) => {
        const response = await admin.inject({
          method: 'PUT',
          url: '/v1/config',
          headers: { 'content-type': `application/${format}`, 'if-match': '*' },
          payload,
        })
        return [400, 422].includes(response.statusCode) && state.head === before
      },
    ),
    { numRuns: RUNS },
  )
})

t.test('a body of 10 MB is rejected unread', async (t) => {
  const { admin, state } = await serveFleet(t)
  const config = sampleWith({ 'upstreams.large': { endpoints: {}, note: 'x'.repeat(10_000_000) } })
  const response = await admin.inject({
    method: 'PUT',
    url: '/v1/config',
    headers: { 'if-match': '*' },
    payload: config,
  })
  t.match(response.json(), { status: 413, type: /payload-too-large$/, detail: /4 MiB/ })
  t.equal(state.head.number, 1)
})
