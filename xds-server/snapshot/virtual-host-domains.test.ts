// Domains of virtual hosts: which one serves a host, and what a port means.

import { create } from '@bufbuild/protobuf'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import t from 'tap'
import { resourceFor } from '../../test/support/script-resources.ts'
import { createResources } from './resource.ts'
import { ROUTE, VIRTUAL_HOST } from './resource-type.ts'
import { createSnapshot } from './snapshot.ts'
import { createTypeSnapshot } from './type-snapshot.ts'
import { virtualHostFor } from './virtual-host-domains.ts'

/** What finds a virtual host among `r/any=*`. */
function finder(texts: readonly string[], ignorePortInHostMatching = false) {
  const hosts = texts.map((text) => resourceFor('VHDS', text))
  const routes = createResources([create(RouteConfigurationSchema, { name: 'r', ignorePortInHostMatching })])
  const types = new Map([
    [VIRTUAL_HOST, createTypeSnapshot(VIRTUAL_HOST, hosts)],
    [ROUTE, createTypeSnapshot(ROUTE, routes)],
  ])
  const snapshot = createSnapshot('fleet', 1, types)
  return (host: string) => virtualHostFor(snapshot, host)?.name
}

t.test('X90: the most specific domain serves a host', async (t) => {
  const find = finder([
    'r/exact=a.shop.example',
    'r/long=*.shop.example',
    'r/short=*.example',
    'r/dashed=*-x.example',
    'r/begin=www.*',
    'r/longer=www.b*',
    'r/any=*',
  ])
  t.equal(find('r/a.shop.example'), 'r/exact')
  t.equal(find('r/b.shop.example'), 'r/long', 'the longest end')
  t.equal(find('r/c.example'), 'r/short')
  t.equal(find('r/www.example'), 'r/short', 'an end comes before a beginning')
  t.equal(find('r/b-x.example'), 'r/dashed')
  t.equal(find('r/-x.example'), 'r/short', 'the asterisk stands for one character at least')
  t.equal(find('r/www.a'), 'r/begin')
  t.equal(find('r/www.bc'), 'r/longer', 'the longest beginning')
  t.equal(find('r/www.b'), 'r/begin')
  t.equal(find('r/other'), 'r/any')
})

t.test(
  'X90: a domain with an asterisk needs a character for it, also beside one that takes any host',
  async (t) => {
    const find = finder(['r/end=*b.x', 'r/begin=b.x*', 'r/any=*'])
    t.equal(find('r/b.x'), 'r/any')
    t.equal(find('r/ab.x'), 'r/end')
    t.equal(find('r/b.xa'), 'r/begin')
  },
)

t.test('X90: a name is no domain', async (t) => {
  t.equal(finder(['alone=d.x'])('alone'), undefined)
})

t.test('X90: a host has no case, and belongs to its route configuration', async (t) => {
  const find = finder(['r/one=A.Example,b.example', 'team/r/one=c.example'])
  t.equal(find('r/a.example'), 'r/one')
  t.equal(find('r/B.EXAMPLE'), 'r/one', 'a second domain')
  t.equal(find('r/c.example'), undefined)
  t.equal(find('team/r/c.example'), 'team/r/one')
  t.equal(find('other/c.example'), undefined)
  t.equal(find('c.example'), undefined, 'without a route configuration')
})

t.test('X90: a port counts, unless the route configuration ignores it', async (t) => {
  const hosts = ['r/plain=a.example', 'r/port=b.example:80', 'r/six=[::1]', 'r/end=*.c.example']
  const [strict, ignoring] = [finder(hosts), finder(hosts, true)]
  t.equal(strict('r/a.example:80'), undefined)
  t.equal(strict('r/b.example:80'), 'r/port')
  t.equal(strict('r/x.c.example:80'), undefined)
  t.equal(ignoring('r/a.example'), 'r/plain')
  t.equal(ignoring('r/a.example:80'), 'r/plain')
  t.equal(ignoring('r/b.example:80'), undefined, 'the domain has a port that no host has')
  t.equal(ignoring('r/x.c.example:80'), 'r/end')
  t.equal(ignoring('r/[::1]:80'), 'r/six')
  t.equal(ignoring('r/[::1]'), 'r/six')
})
