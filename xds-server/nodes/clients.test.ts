// Which streams with one node id belong to one client, and which do not.

import t from 'tap'
import { view } from '../../test/support/hand-stream.ts'
import { CLUSTER, ENDPOINT, LISTENER, SECRET, VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { type DescribedStream, groupByClient } from './clients.ts'

interface NamedStream extends DescribedStream {
  readonly name: string
}

/** @param subscribed type URL → names, or `*` */
function stream(
  name: string,
  peer: string,
  aggregated: boolean,
  subscribed: Readonly<Record<string, readonly string[] | '*'>>,
): NamedStream {
  const views = Object.entries(subscribed).map(([url, names]) => [url, view('SYNCED', names)] as const)
  return { name, info: { peer, aggregated }, views: new Map(views) }
}

const ads = (name: string, peer = '10.0.0.1:1') =>
  stream(name, peer, true, { [CLUSTER]: '*', [LISTENER]: '*', [ENDPOINT]: ['a', 'b'] })
const cds = (name: string, peer = '10.0.0.1:1') => stream(name, peer, false, { [CLUSTER]: '*' })
const lds = (name: string, peer = '10.0.0.1:1') => stream(name, peer, false, { [LISTENER]: '*' })
const eds = (name: string, peer: string, ...names: string[]) =>
  stream(name, peer, false, { [ENDPOINT]: names })
const sds = (name: string, peer: string, ...names: string[]) => stream(name, peer, false, { [SECRET]: names })

const aggregatedByName = (name: string) => stream(name, '10.0.0.1:1', true, { [CLUSTER]: ['x'] })
const onDemand = (name: string) => stream(name, '10.0.0.1:1', false, { [CLUSTER]: ['x'] })
const vhds = (name: string) => stream(name, '10.0.0.1:1', false, { [VIRTUAL_HOST]: '*' })

const CASES: readonly [what: string, streams: readonly NamedStream[], clients: readonly string[]][] = [
  ['an aggregated stream is a client', [ads('a')], ['a']],
  ['two aggregated streams are two clients, also on one connection', [ads('a'), ads('b')], ['a', 'b']],
  [
    'separate streams for different types are one client, also on several connections',
    [cds('c'), lds('l', '10.0.0.1:2'), eds('e', '10.0.0.1:3', 'a')],
    ['c l e'],
  ],
  [
    'separate streams for different names of one type are one client, as Envoy opens them',
    [cds('c'), eds('e1', '10.0.0.1:1', 'a'), eds('e2', '10.0.0.1:1', 'b')],
    ['c e1 e2'],
  ],
  [
    'two separate streams for one type are two clients',
    [cds('c1'), lds('l1'), cds('c2', '10.0.0.1:2'), lds('l2', '10.0.0.1:2')],
    ['c1 l1', 'c2 l2'],
  ],
  [
    'two separate streams for one name are two clients',
    [eds('e1', '10.0.0.1:1', 'a', 'b'), eds('e2', '10.0.0.1:2', 'a')],
    ['e1', 'e2'],
  ],
  [
    'a separate stream belongs to an aggregated one without its type, in any order',
    [sds('s1', '10.0.0.1:1', 'x'), ads('a'), sds('s2', '10.0.0.1:3', 'y')],
    ['s1 a s2'],
  ],
  [
    'a separate stream and an aggregated one with its type are two clients, in any order',
    [cds('c1'), ads('a'), cds('c2')],
    ['c1', 'a', 'c2'],
  ],
  [
    'a separate stream for clusters on demand belongs to the aggregated stream with all clusters',
    [ads('a'), onDemand('o'), ads('b', '10.0.0.1:2'), onDemand('p')],
    ['a o', 'b p'],
  ],
  [
    'aggregated streams are two clients whatever they ask for',
    [
      stream('a', '10.0.0.1:1', true, { [CLUSTER]: '*' }),
      stream('b', '10.0.0.1:2', true, { [LISTENER]: '*' }),
    ],
    ['a', 'b'],
  ],
  [
    'an aggregated stream for clusters by name and a separate one for clusters are two clients, in any order',
    [aggregatedByName('a'), cds('c'), onDemand('o'), aggregatedByName('b')],
    ['a', 'c o', 'b'],
  ],
  [
    'a separate stream for each route configuration with virtual hosts belongs to one client',
    [ads('a'), vhds('v'), vhds('w')],
    ['a v w'],
  ],
  [
    'streams of two hosts are two clients',
    [
      cds('c', '10.0.0.1:1'),
      lds('l', '10.0.0.2:1'),
      eds('e', '[fd00::1]:7', 'a'),
      sds('s', '[fd00::1]:8', 'x'),
    ],
    ['c', 'l', 'e s'],
  ],
]

for (const [what, streams, clients] of CASES) {
  t.test(`X47, X65: ${what}`, async (t) => {
    t.same(
      groupByClient(streams).map((own) => own.map(({ name }) => name).join(' ')),
      clients,
    )
  })
}
