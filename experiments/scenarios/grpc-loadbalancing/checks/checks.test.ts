// Each check holds for results as they should be, and fails for the nearest wrong ones.

import t from 'tap'
import type { Measured } from '../../../../harness/results.ts'
import { madeUpResults, madeUpShares } from '../../../../test/support/lb-results.ts'
import { checkChanges } from '../changes/checks.ts'
import { ALL_KEYS, ONE_KEY } from '../runs/key-figures.ts'
import { figureName } from '../runs/state-figures.ts'
import { checksOf } from './checks.ts'
import { CONNECTIONS } from './pooling.ts'
import type { WayFacts } from './subject.ts'

const WAYS: readonly WayFacts[] = [
  { id: 'envoy-l4', title: 'L4', who: 'proxy', picksFor: 'connection' },
  { id: 'envoy-l7-round-robin', title: 'L7', who: 'proxy', picksFor: 'call' },
  { id: 'envoy-l7-least-request', title: 'L7 least_request', who: 'proxy', picksFor: 'call' },
  { id: 'kernel-nat', title: 'kernel', who: 'kernel', picksFor: 'connection' },
  { id: 'nginx-keep-alive', title: 'NGINX', who: 'proxy', picksFor: 'call' },
  { id: 'nginx-no-keep-alive', title: 'NGINX without', who: 'proxy', picksFor: 'call' },
  { id: 'mesh-sidecars-istio', title: 'sidecars', who: 'sidecar', picksFor: 'call' },
  { id: 'mesh-node-proxies', title: 'node proxies', who: 'sidecar', picksFor: 'connection' },
  { id: 'dns-round-robin', title: 'DNS', who: 'client', picksFor: 'call' },
  { id: 'dns-pick-first', title: 'DNS first', who: 'client', picksFor: 'connection' },
]

const EVEN = { b1: 200, b2: 205, b3: 195 }
const PINNED = { b1: 0, b2: 600, b3: 0 }

/** The outcome of the check whose title matches, for these runs. */
function outcomeOf(title: RegExp, runs: Readonly<Record<string, Measured>>): string | undefined {
  return checksOf(madeUpResults(runs), WAYS).find((one) => title.test(one.title))?.outcome
}

const connections = (count: number) => ({ figures: { [CONNECTIONS]: count } })
const state = (calls: 'few', name: string, counts: readonly number[]) =>
  Object.fromEntries(
    counts.map((count, at) => [figureName({ calls, state: name, backend: `b${at + 1}` }), count]),
  )

/** By the title of a check: runs for which it holds, and runs for which it fails. */
const CASES: readonly (readonly [
  row: string,
  title: RegExp,
  right: Readonly<Record<string, Measured>>,
  wrong: Readonly<Record<string, Measured>>,
])[] = [
  [
    'O4.1',
    /^At L4 a connection is pinned/,
    { 'envoy-l4.unary.open.1c.3b': madeUpShares(PINNED) },
    { 'envoy-l4.unary.open.1c.3b': madeUpShares({ ...PINNED, b1: 1 }) },
  ],
  [
    'O4.1',
    /^At L7 calls are spread/,
    { 'envoy-l7-round-robin.unary.open.1c.3b': madeUpShares(EVEN) },
    { 'envoy-l7-round-robin.unary.open.1c.3b': madeUpShares({ b1: 300, b2: 200, b3: 100 }) },
  ],
  [
    'O4.6',
    /^round_robin in the client is even/,
    { 'dns-round-robin.unary.open.4c.3b': madeUpShares(EVEN) },
    { 'dns-round-robin.unary.open.4c.3b': madeUpShares(PINNED) },
  ],
  [
    'O4.6',
    /^pick_first pins/,
    { 'dns-pick-first.unary.open.4c.3b': madeUpShares(PINNED) },
    { 'dns-pick-first.unary.open.4c.3b': madeUpShares(EVEN) },
  ],
  [
    'O4.9',
    /^No call fails/,
    { 'envoy-l4.slow.open.4c.3b': madeUpShares(EVEN) },
    { 'envoy-l4.slow.open.4c.3b': madeUpShares(EVEN, { codes: { OK: 599, UNAVAILABLE: 1 } }) },
  ],
  [
    'O4.2',
    /exact in each worker/,
    { 'states.edge': madeUpShares({}, { figures: state('few', 'edge-1, worker 0', [2, 2, 3]) }) },
    { 'states.edge': madeUpShares({}, { figures: state('few', 'edge-1, worker 0', [2, 1, 3]) }) },
  ],
  [
    'O4.2',
    /for each worker that takes turns$/,
    {
      'states.fleet': madeUpShares(
        {},
        { figures: { ...state('few', 'fleet-1', [1, 0, 0]), ...state('few', 'fleet-2', [1, 0, 0]) } },
      ),
    },
    {
      'states.fleet': madeUpShares(
        {},
        { figures: { ...state('few', 'fleet-1', [2, 0, 0]), ...state('few', 'fleet-2', [1, 0, 0]) } },
      ),
    },
  ],
  [
    'O4.2',
    /one key to one backend/,
    { 'envoy-l7-maglev.keys.3b': madeUpShares(EVEN, { figures: { [ONE_KEY]: 1, [ALL_KEYS]: 3 } }) },
    { 'envoy-l7-maglev.keys.3b': madeUpShares(EVEN, { figures: { [ONE_KEY]: 2, [ALL_KEYS]: 3 } }) },
  ],
  [
    'O4.2',
    /^Many keys reach every backend/,
    { 'envoy-l7-maglev.keys.3b': madeUpShares(EVEN, { figures: { [ONE_KEY]: 1, [ALL_KEYS]: 3 } }) },
    { 'envoy-l7-maglev.keys.3b': madeUpShares(PINNED, { figures: { [ONE_KEY]: 1, [ALL_KEYS]: 1 } }) },
  ],
  [
    'O4.9',
    /half of an even share at most/,
    { 'envoy-l7-least-request.slow.open.4c.3b': madeUpShares({ b1: 290, b2: 290, slow: 20 }) },
    { 'envoy-l7-least-request.slow.open.4c.3b': madeUpShares({ b1: 200, b2: 200, slow: 200 }) },
  ],
  [
    'O4.9',
    /gives a slow backend as much/,
    { 'envoy-l7-round-robin.slow.open.4c.3b': madeUpShares({ b1: 200, b2: 200, slow: 200 }) },
    { 'envoy-l7-round-robin.slow.open.4c.3b': madeUpShares({ b1: 290, b2: 290, slow: 20 }) },
  ],
  [
    'O4.9',
    /does not notice a backend that fails/,
    {
      'envoy-l7-round-robin.failing.open.4c.3b': madeUpShares(
        { b1: 200, b2: 200, failing: 140 },
        { calls: 600, codes: { OK: 540, UNAVAILABLE: 60 } },
      ),
    },
    {
      'envoy-l7-round-robin.failing.open.4c.3b': madeUpShares(
        { b1: 300, b2: 300, failing: 0 },
        { calls: 600, codes: { OK: 600 } },
      ),
    },
  ],
  [
    'O4.8',
    /^At L4 the backends have as many/,
    { 'envoy-l4.unary.open.64c.3b': madeUpShares(EVEN, connections(64)) },
    { 'envoy-l4.unary.open.64c.3b': madeUpShares(EVEN, connections(3)) },
  ],
  [
    'O4.8',
    /^An Envoy at L7 shares/,
    { 'envoy-l7-round-robin.unary.open.64c.3b': madeUpShares(EVEN, connections(3)) },
    { 'envoy-l7-round-robin.unary.open.64c.3b': madeUpShares(EVEN, connections(64)) },
  ],
  [
    'O4.8',
    /for each channel and backend/,
    { 'dns-round-robin.unary.open.4c.3b': madeUpShares(EVEN, connections(12)) },
    { 'dns-round-robin.unary.open.4c.3b': madeUpShares(EVEN, connections(4)) },
  ],
  [
    'O4.1',
    /^At L4 a connection is pinned/,
    { 'kernel-nat.unary.open.1c.3b': madeUpShares(PINNED) },
    { 'kernel-nat.unary.open.1c.3b': madeUpShares(EVEN) },
  ],
  [
    'O4.3',
    /^NGINX and HAProxy spread calls/,
    { 'nginx-keep-alive.unary.open.1c.3b': madeUpShares(EVEN) },
    { 'nginx-keep-alive.unary.open.1c.3b': madeUpShares({ b1: 300, b2: 200, b3: 100 }) },
  ],
  [
    'O4.3',
    /^Without keep-alive NGINX opens a connection/,
    { 'nginx-no-keep-alive.unary.open.4c.3b': madeUpShares(EVEN, connections(600)) },
    { 'nginx-no-keep-alive.unary.open.4c.3b': madeUpShares(EVEN, connections(599)) },
  ],
  [
    'O4.3',
    /^With keep-alive it has as many connections/,
    { 'nginx-keep-alive.unary.closed.4c.3b': madeUpShares(EVEN, connections(49)) },
    { 'nginx-keep-alive.unary.closed.4c.3b': madeUpShares(EVEN, connections(50)) },
  ],
  [
    'O4.4',
    /^A mesh that sees calls/,
    { 'mesh-sidecars-istio.unary.open.4c.3b': madeUpShares(EVEN) },
    { 'mesh-sidecars-istio.unary.open.4c.3b': madeUpShares(PINNED) },
  ],
  [
    'O4.4',
    /^Node proxies that see bytes only/,
    { 'mesh-node-proxies.unary.open.1c.3b': madeUpShares(PINNED) },
    { 'mesh-node-proxies.unary.open.1c.3b': madeUpShares({ ...PINNED, b1: 1 }) },
  ],
  [
    'O4.4',
    /^A sidecar has one connection/,
    { 'mesh-sidecars-istio.unary.open.64c.3b': madeUpShares(EVEN, connections(3)) },
    { 'mesh-sidecars-istio.unary.open.64c.3b': madeUpShares(EVEN, connections(4)) },
  ],
]

for (const [row, title, right, wrong] of CASES) {
  t.test(
    `${row}: the check "${title.source}" holds for right results and fails for wrong ones`,
    async (t) => {
      t.equal(outcomeOf(title, right), 'holds')
      t.equal(outcomeOf(title, wrong), 'fails')
      t.equal(outcomeOf(title, {}), 'not measured')
    },
  )
}

t.test('every check has a case', async (t) => {
  const ofChanges = new Set(checkChanges(madeUpResults({})).map(({ title }) => title))
  const titles = checksOf(madeUpResults({}), WAYS).flatMap(({ title }) => (ofChanges.has(title) ? [] : title))
  t.same(
    titles.filter((title) => !CASES.some(([, pattern]) => pattern.test(title))),
    [],
  )
})
