// Patches of resources that protect calls: rejected unless they have `allowUnprotected`, and a warning with it.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { formatSteps } from './problem.ts'
import { checkConfig } from './validate.ts'
import { warningsOf } from './warnings.ts'

const SECURED = {
  'fleets.edge.lb.mode': 'l7',
  'fleets.edge.security': { opa: { enabled: true, upstream: 'unused' } },
}
const LISTENER_TLS = {
  'secrets.edge': { certificate: 'edge.pem', key: 'edge.key' },
  'fleets.edge.listeners.main.tls': { enabled: true, certificate: 'edge' },
}
const UPSTREAM_TLS = {
  'secrets.mesh': { ca: 'ca.pem' },
  'upstreams.echo.tls': { enabled: true, ca: 'mesh', sans: ['spiffe://switchyard/echo'] },
}
const patchOf = (type: string, resource: string, more: object = {}) => ({
  'fleets.edge.patches': {
    own: { enabled: true, type, resource, operations: [{ op: 'add', path: '/x', value: 1 }], ...more },
  },
})

type Found = Readonly<Record<string, string>>

function findingsOf(changes: Readonly<Record<string, unknown>>): { problems: Found; warnings: Found } {
  const checked = checkConfig(sampleWith(changes))
  const shown = (found: ReturnType<typeof warningsOf>): Found =>
    Object.fromEntries(found.map(({ steps, message }) => [formatSteps(steps), message]))
  return 'problems' in checked
    ? { problems: shown(checked.problems), warnings: {} }
    : { problems: {}, warnings: shown(warningsOf(checked.config)) }
}

const CASES: readonly [
  title: string,
  document: object,
  patch: readonly [string, string],
  by: string | undefined,
][] = [
  ['the listener of a fleet with a check', SECURED, ['listener', 'main'], 'security.opa protects'],
  ['the routes of a fleet with a check', SECURED, ['route', '*'], 'security.opa protects'],
  ['a cluster of a fleet with a check', SECURED, ['cluster', 'echo'], undefined],
  ['a listener with TLS', LISTENER_TLS, ['listener', 'm*'], 'listeners.main.tls protects'],
  ['the routes of a listener with TLS', LISTENER_TLS, ['route', 'main'], undefined],
  ['a listener without protection', {}, ['listener', 'main'], undefined],
  ['a cluster with TLS', UPSTREAM_TLS, ['cluster', 'echo'], 'upstreams.echo.tls protects'],
  ['another cluster', UPSTREAM_TLS, ['cluster', 'echo-v2'], undefined],
  ['the endpoints of a cluster with TLS', UPSTREAM_TLS, ['endpoints', 'echo'], undefined],
  [
    'a listener with both',
    { ...SECURED, ...LISTENER_TLS },
    ['listener', 'main'],
    'security.opa and listeners.main.tls protect',
  ],
]

for (const [title, document, [type, resource], by] of CASES) {
  t.test(
    `T30: a patch of ${title} ${by === undefined ? 'needs no' : 'needs a'} word of its own`,
    async (t) => {
      const bare = findingsOf({ ...document, ...patchOf(type, resource) })
      const allowed = findingsOf({ ...document, ...patchOf(type, resource, { allowUnprotected: true }) })
      t.same(findingsOf({ ...document, ...patchOf(type, resource, { enabled: false }) }).problems, {}, 'off')
      t.same(allowed.problems, {})
      if (by === undefined) {
        t.same(bare.problems, {})
        t.same(allowed.warnings['fleets.edge.patches.own'], undefined)
      } else {
        t.match(bare.problems, {
          'fleets.edge.patches.own.allowUnprotected': `is missing: the patch changes a ${type} that ${by}, and nothing checks`,
        })
        t.match(allowed.warnings, {
          'fleets.edge.patches.own': `changes a ${type} that ${by}: nothing checks`,
        })
      }
    },
  )
}

const INVALID: readonly [operation: object, place: string, message: RegExp][] = [
  [{ op: 'add', path: '/x' }, 'value', /^is missing: add needs it$/],
  [{ op: 'move', path: '/x' }, 'from', /^is missing: move needs it$/],
  [{ op: 'remove', path: '/x', value: 1 }, 'value', /^has no effect on remove: remove it$/],
  [{ op: 'test', path: '/x', value: 1, from: '/y' }, 'from', /^has no effect on test/],
  [{ op: 'remove', path: '' }, 'path', /^is the whole resource: name a field in it/],
  [{ op: 'remove', path: 'x' }, 'path', /^must be a JSON pointer/],
  [{ op: 'remove', path: '/~2' }, 'path', /^must be a JSON pointer/],
  [{ op: 'remove', path: '/__proto__/x' }, 'path', /^names __proto__/],
  [
    { op: 'add', path: '/x', value: JSON.parse('{"a": [{"__proto__": 1}]}') },
    'value',
    /^has the name __proto__/,
  ],
  [{ op: 'merge', path: '/x' }, 'op', /^must be one of add, remove, replace, move, copy, test, not "merge"$/],
]

for (const [operation, place, message] of INVALID) {
  t.test(`T30: ${JSON.stringify(operation)} is invalid`, async (t) => {
    const { problems } = findingsOf(patchOf('listener', 'main', { operations: [operation] }))
    t.match(problems, { [`fleets.edge.patches.own.operations[0].${place}`]: message })
  })
}

t.test('T30: secrets cannot be patched, and only listeners and routes have modes', async (t) => {
  t.match(findingsOf(patchOf('secret', 'certificate/edge')).problems, {
    'fleets.edge.patches.own.type':
      /^must be listener, .*secrets come from files and cannot be patched, .* not "secret"$/,
  })
  t.match(findingsOf(patchOf('cluster', 'echo', { mode: 'l7' })).problems, {
    'fleets.edge.patches.own.mode': /^has no effect on cluster, which both modes use: remove it$/,
  })
  t.same(findingsOf(patchOf('listener', 'main', { mode: 'l7' })).problems, {}, 'the accepted twin')
})

t.test('T30: endpoints that a source changes cannot be patched', async (t) => {
  const patch = patchOf('endpoints', 'echo*')
  const fed = { 'upstreams.echo-v2.endpointsFrom': { registration: {} } }
  t.match(findingsOf({ ...fed, ...patch }).problems, {
    'fleets.edge.patches.own.resource': /^matches echo-v2, whose endpoints come from a source/,
  })
  t.same(findingsOf({ ...fed, ...patchOf('endpoints', 'echo') }).problems, {}, 'the accepted twin')
})

t.test('T30: gRPC clients and servers have no patches', async (t) => {
  const { 'fleets.edge.patches': patches } = patchOf('listener', 'main')
  const proxyless = {
    kind: 'proxyless',
    lb: { policy: 'round_robin' },
    listeners: { echo: { l7: { routes: 'public' } } },
  }
  const reachable = { 'upstreams.echo.endpoints': {} }
  t.match(findingsOf({ ...reachable, 'fleets.clients': { ...proxyless, patches } }).problems, {
    'fleets.clients.patches': /^is allowed only with kind: envoy/,
  })
  t.same(findingsOf({ ...reachable, 'fleets.clients': proxyless }).problems, {}, 'the accepted twin')
})

t.test('T30: what a patch writes may have lines, and the rest of a document may not', async (t) => {
  const code = (value: string) => [{ op: 'add', path: '/x', value: { inlineCode: value } }]
  t.same(findingsOf(patchOf('listener', 'main', { operations: code('a\nb') })).problems, {})
  t.match(findingsOf(patchOf('listener', 'main\n')).problems, {
    'fleets.edge.patches.own.resource': /control character U\+000A/,
  })
})
