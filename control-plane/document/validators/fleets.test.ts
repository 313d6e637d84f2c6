// Listeners of a fleet in the document: sockets, modes and virtual hosts that fit together.

import t from 'tap'
import { sampleConfig, sampleWith } from '../../../test/support/sample-config.ts'
import { thrownBy } from '../../../test/support/thrown.ts'
import { validateConfig } from '../validate.ts'

const LISTENERS = 'fleets.edge.listeners'

const CASES: readonly {
  readonly title: string
  readonly changes: Readonly<Record<string, unknown>>
  readonly problems: Readonly<Record<string, RegExp>>
}[] = [
  {
    title: 'a listener has the half that the mode picks',
    changes: { [`${LISTENERS}.main.l4`]: undefined },
    problems: { [`${LISTENERS}.main.l4`]: /^is missing, and the fleet's lb.mode is l4: write \{ upstream/ },
  },
  {
    title: 'a mode of a listener is known, and needs its half too',
    changes: {
      [`${LISTENERS}.main`]: { port: 10000, mode: 'l7', l4: { upstream: 'echo' } },
      [`${LISTENERS}.second`]: { port: 10001, mode: 'l5', l4: { upstream: 'echo' } },
    },
    problems: {
      [`${LISTENERS}.main.l7`]: /^is missing, and the listener's mode is l7: write \{ routes/,
      [`${LISTENERS}.second.mode`]: /^must be l4 or l7, which overrides .*, not "l5"$/,
    },
  },
  {
    title: 'two listeners of a fleet have two ports, or an address of its own each',
    changes: {
      [`${LISTENERS}.second`]: { port: 10000, l4: { upstream: 'echo' } },
      [`${LISTENERS}.a`]: { address: '127.0.0.1', port: 10001, l4: { upstream: 'echo' } },
      [`${LISTENERS}.b`]: { address: '127.0.0.2', port: 10001, l4: { upstream: 'echo' } },
      [`${LISTENERS}.c`]: { address: '127.0.0.2', port: 10001, l4: { upstream: 'echo' } },
      [`${LISTENERS}.d`]: { address: '::', port: 10001, l4: { upstream: 'echo' } },
      [`${LISTENERS}.e`]: { port: 10001, l4: { upstream: 'echo' } },
    },
    problems: {
      [`${LISTENERS}.second.port`]: /^is also the port of main: choose another, or give/,
      [`${LISTENERS}.c.port`]: /^is also the port of b:/,
      [`${LISTENERS}.d.port`]: /^is also the port of a:/,
      [`${LISTENERS}.e.port`]: /^is also the port of a:/,
    },
  },
  {
    title: 'the address of a listener is an IP address without a port',
    changes: { [`${LISTENERS}.main.address`]: 'localhost:80' },
    problems: {
      [`${LISTENERS}.main.address`]: /^"localhost:80" is not an IP address: write one without a port/,
    },
  },
  {
    title: 'a host is in one route of a listener only, whatever the case of its letters',
    changes: {
      'routes.internal': { hosts: ['*', 'echo.local'], rules: {} },
      'routes.public.hosts': ['*', 'Echo.local', 'other.local'],
      'routes.elsewhere': { hosts: ['*'], rules: {} },
      [`${LISTENERS}.main.l7.routes`]: ['public', 'nowhere', 'internal'],
      [`${LISTENERS}.second`]: { port: 10001, l4: { upstream: 'echo' }, l7: { routes: 'elsewhere' } },
    },
    problems: {
      [`${LISTENERS}.main.l7.routes[1]`]: /^unknown entry of routes "nowhere"/,
      [`${LISTENERS}.main.l7.routes[2]`]:
        /^has the hosts "\*" and "echo\.local", which routes\.public of this listener has too/,
    },
  },
  {
    title: 'two hosts of one route differ in more than the case of their letters',
    changes: { 'routes.public.hosts': ['echo.local', 'Echo.Local'] },
    problems: { 'routes.public.hosts[1]': /^is the same host as echo\.local, because the case/ },
  },
  {
    title: 'a host has no port, because it could not be reached',
    changes: { 'routes.public.hosts': ['echo.local:10000', '[::1]'] },
    problems: {
      'routes.public.hosts[0]':
        /^must be a host without a port, .* all of its ports, .*not "echo.local:10000"$/,
    },
  },
  {
    title: 'a listener names each route once, and at least one',
    changes: {
      [`${LISTENERS}.main.l7.routes`]: ['public', 'public'],
      [`${LISTENERS}.second`]: { port: 10001, l4: { upstream: 'echo' }, l7: { routes: [] } },
    },
    problems: {
      [`${LISTENERS}.main.l7.routes`]:
        /^must be the name of an entry of routes, or a list of names, each once/,
      [`${LISTENERS}.second.l7.routes`]: /^must be the name of an entry of routes, or a list/,
    },
  },
]

for (const { title, changes, problems } of CASES) {
  t.test(title, async (t) => {
    const found = thrownBy(() => validateConfig(sampleWith(changes))).problems
    t.same(found.map(({ path }) => path).toSorted(), Object.keys(problems).toSorted())
    t.match(Object.fromEntries(found.map(({ path, message }) => [path, message])), problems)
  })
}

t.test('listeners of one fleet may differ in mode, address and hosts', async (t) => {
  const changes = {
    'routes.internal': { hosts: ['*.internal', '[::1]'], rules: {} },
    [`${LISTENERS}.main.l7.routes`]: ['public', 'internal'],
    [`${LISTENERS}.calls`]: { address: '127.0.0.1', port: 10001, mode: 'l7', l7: { routes: ['internal'] } },
    [`${LISTENERS}.bytes`]: { address: '::1', port: 10001, mode: 'l4', l4: { upstream: 'echo' } },
  }
  t.ok(validateConfig(sampleWith(changes)))
})

t.test(
  'listeners of different fleets may have one port, because each node has its own address',
  async (t) => {
    const { edge } = sampleConfig().fleets
    t.ok(validateConfig(sampleWith({ 'fleets.west': edge })))
  },
)
