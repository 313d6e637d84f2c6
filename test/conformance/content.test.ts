// Existing, missing, added and removed resources, and what is sent about them in each variant.

import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from '../../xds-server/index.ts'
import { namesIn } from '../support/client-state.ts'
import { conform, everywhere, inDelta, inSotw, onAds } from '../support/conformance.ts'
import {
  assignment,
  cluster,
  httpListener,
  routes,
  secret,
  separateCluster,
  staticCluster,
  tcpListener,
} from '../support/resources.ts'

const A = [cluster('a'), assignment('a', 1)]

conform(
  'X10: the endpoints of a changed cluster follow it, even unchanged and before the ACK',
  onAds,
  async (t, session) => {
    const { client, serve, untaken } = session
    serve(...A)
    client.subscribe(CLUSTER)
    await client.take(CLUSTER)
    client.subscribe(ENDPOINT, 'a')
    await client.take(ENDPOINT)
    serve(cluster('a', 2000), assignment('a', 1))
    const changed = await client.next(CLUSTER)
    t.equal(changed.typeUrl, CLUSTER)
    const behind = await client.next(ENDPOINT)
    t.same([behind.typeUrl, namesIn(behind)], [ENDPOINT, ['a']], 'while the cluster is not ACKed')
    client.answer(changed)
    client.answer(behind)
    t.same(await untaken(), [])
  },
)

conform(
  'X11: endpoints that are requested again after their cluster was removed and added are sent, although their version was sent before',
  everywhere,
  async (t, session) => {
    const { client, serve } = session
    serve(...A)
    client.subscribe(ENDPOINT, 'a')
    const first = await client.take(ENDPOINT)
    for (let round = 0; round < 3; round += 1) {
      client.unsubscribe(ENDPOINT, 'a')
      client.subscribe(ENDPOINT, 'a')
      const again = await client.take(ENDPOINT)
      t.same([namesIn(again), again.version], [['a'], first.version])
    }
  },
)

conform(
  'X12: a cluster without endpoints has an empty assignment',
  everywhere,
  async (t, { client, serve }) => {
    serve(cluster('lonely'))
    client.subscribe(ENDPOINT, 'lonely')
    t.same(namesIn(await client.take(ENDPOINT)), ['lonely'])
  },
)

conform(
  'X50: a cluster without endpoints has an empty assignment on a separate EDS service too',
  (variant) => !variant.aggregated,
  async (t, { client, serve }) => {
    serve(separateCluster('lonely'))
    client.subscribe(CLUSTER)
    await client.take(CLUSTER)
    client.subscribe(ENDPOINT, 'lonely')
    t.same(namesIn(await client.take(ENDPOINT)), ['lonely'])
  },
)

conform(
  'X13: a request for three names is answered with the one that exists',
  everywhere,
  async (t, { client, serve }) => {
    serve(secret('present', '1'))
    client.subscribe(SECRET, 'missing', 'present', 'deleted')
    t.same(namesIn(await client.take(SECRET)), ['present'])
  },
)

const FLIPPED = (name: string) => [
  cluster(name),
  assignment(name, 1),
  httpListener('main', 10_000),
  routes('main', name),
]

conform(
  'X14, X15, X16: clusters and endpoints come first, routes after their ACK, and unused resources are removed last',
  onAds,
  async (t, session) => {
    const { client, serve, untaken, variant } = session
    serve(...FLIPPED('old'))
    client.subscribe(CLUSTER)
    await client.take(CLUSTER)
    client.subscribe(ENDPOINT, 'old')
    await client.take(ENDPOINT)
    client.subscribe(LISTENER)
    await client.take(LISTENER)
    client.subscribe(ROUTE, 'main')
    await client.take(ROUTE)

    serve(...FLIPPED('new'))
    const added = await client.next(CLUSTER)
    const kept = variant.protocol === 'sotw' ? ['new', 'old'] : ['new']
    t.same(
      [added.typeUrl, namesIn(added), added.removed],
      [CLUSTER, kept, []],
      'the new cluster beside the old one',
    )
    client.subscribe(ENDPOINT, 'new')
    const endpoints = await client.next(ENDPOINT)
    t.same(
      [endpoints.typeUrl, namesIn(endpoints)],
      [ENDPOINT, ['new']],
      'its endpoints do not wait for the ACK',
    )
    client.answer(endpoints)
    t.same(await untaken(), [], 'the routes wait for it')
    client.answer(added)
    const repointed = await client.next(ROUTE)
    t.same([repointed.typeUrl, namesIn(repointed)], [ROUTE, ['main']])
    t.same(await untaken(), [], 'the old cluster stays until the routes are ACKed')
    client.answer(repointed)
    const last = await client.take(CLUSTER)
    t.equal(last.typeUrl, CLUSTER)
    t.same([...client.state.held(CLUSTER).keys()], ['new'], 'and is then removed')
  },
)

conform(
  'X14: a client that subscribes to a listener, then its routes, clusters and endpoints is answered at once',
  onAds,
  async (t, { client, serve }) => {
    serve(...FLIPPED('a'))
    // Like a gRPC client, which ACKs a response only when it has the resources that it refers to.
    for (const [typeUrl, name] of [
      [LISTENER, 'main'],
      [ROUTE, 'main'],
      [CLUSTER, 'a'],
      [ENDPOINT, 'a'],
    ] as const) {
      client.subscribe(typeUrl, name)
      const response = await client.next(typeUrl)
      t.same([response.typeUrl, namesIn(response)], [typeUrl, [name]])
    }
  },
)

const THREE = [staticCluster('a'), staticCluster('b'), staticCluster('c')]

conform(
  'X17: subscriptions change from no names to * and a name, to the name, to none',
  inSotw,
  async (t, { client, serve, untaken }) => {
    serve(...THREE)
    client.subscribe(CLUSTER)
    t.same(namesIn(await client.take(CLUSTER)), ['a', 'b', 'c'], 'at first no names mean the wildcard')
    client.subscribe(CLUSTER, '*', 'a')
    client.unsubscribe(CLUSTER, '*')
    await untaken()
    serve(staticCluster('a'), staticCluster('b', 2))
    t.same(await untaken(), [], 'other clusters are no longer subscribed')
    client.unsubscribe(CLUSTER, 'a')
    await untaken()
    serve(staticCluster('a', 3))
    t.same(await untaken(), [], 'at the end no names mean no subscription')
  },
)

conform(
  'X17: subscriptions change from no names to a name, then * and the name are unsubscribed',
  inDelta,
  async (t, { client, serve, untaken }) => {
    serve(...THREE)
    client.subscribe(CLUSTER)
    t.same(namesIn(await client.take(CLUSTER)), ['a', 'b', 'c'], 'at first no names mean the wildcard')
    client.subscribe(CLUSTER, 'a')
    t.same(namesIn(await client.take(CLUSTER)), ['a'])
    client.unsubscribe(CLUSTER, '*')
    await untaken()
    serve(staticCluster('a', 2), staticCluster('b', 2))
    t.same(namesIn(await client.take(CLUSTER)), ['a'], 'other clusters are no longer subscribed')
    client.unsubscribe(CLUSTER, 'a')
    await untaken()
    serve(staticCluster('a', 3))
    t.same(await untaken(), [], 'at the end nothing is subscribed')
  },
)

conform(
  'X18: an EDS request without names subscribes to nothing',
  everywhere,
  async (t, { client, serve, untaken }) => {
    serve(...A)
    client.subscribe(ENDPOINT)
    t.same(await untaken(), [])
    client.subscribe(ENDPOINT, 'a')
    t.same(namesIn(await client.take(ENDPOINT)), ['a'])
  },
)

conform(
  'X19: a name that is unsubscribed beside * is answered with the resource or its removal',
  inDelta,
  async (t, { client, serve }) => {
    serve(staticCluster('a'))
    client.subscribe(CLUSTER, '*', 'a', 'missing')
    await client.take(CLUSTER)
    client.unsubscribe(CLUSTER, 'a', 'missing')
    const { resources, removed } = await client.take(CLUSTER)
    t.same([resources.map(({ name }) => name), removed], [['a'], ['missing']])
  },
)

conform('X20: a name that is subscribed twice is sent twice', inDelta, async (t, { client, serve }) => {
  serve(...A)
  for (let round = 0; round < 2; round += 1) {
    client.subscribe(ENDPOINT, 'a')
    t.same(namesIn(await client.take(ENDPOINT)), ['a'])
  }
})

conform(
  'X21: a client that reconnects is sent the difference: nothing, a change, a removal',
  inDelta,
  async (t, { client, serve, untaken }) => {
    serve(...THREE)
    client.subscribe(CLUSTER)
    await client.take(CLUSTER)
    await untaken()
    client.reconnect()
    t.same(await untaken(), [], 'nothing has changed')
    client.close()
    serve(staticCluster('a'), staticCluster('b', 2))
    client.reconnect()
    const { resources, removed } = await client.take(CLUSTER)
    t.same([resources.map(({ name }) => name), removed], [['b'], ['c']])
  },
)

conform(
  'X21: a client that reconnects with the current version is answered about endpoints, and not about clusters',
  inSotw,
  async (t, session) => {
    const { client, serve, untaken } = session
    serve(...A)
    client.subscribe(CLUSTER)
    await client.take(CLUSTER)
    client.subscribe(ENDPOINT, 'a')
    await client.take(ENDPOINT)
    await untaken()
    client.reconnect()
    t.same(
      (await untaken()).map(({ typeUrl }) => typeUrl),
      [ENDPOINT],
    )
  },
)

conform(
  'X22: a missing name is sent as removed, and as a resource when it exists',
  inDelta,
  async (t, { client, serve }) => {
    serve(...A)
    client.subscribe(ENDPOINT, 'later')
    t.same((await client.take(ENDPOINT)).removed, ['later'])
    serve(...A, assignment('later', 2))
    t.same(namesIn(await client.take(ENDPOINT)), ['later'])
  },
)

conform(
  'X23: a missing name is not answered, and sent once when it exists',
  inSotw,
  async (t, { client, serve, untaken }) => {
    serve(...A)
    client.subscribe(ENDPOINT, 'later')
    t.same(await untaken(), [])
    serve(...A, assignment('later', 2))
    t.same(namesIn(await client.take(ENDPOINT)), ['later'])
    t.same(await untaken(), [])
  },
)

const HUNDRED = Array.from({ length: 100 }, (_, index) => `n${index}`)

conform(
  'X24: when one of a hundred clusters changes, all are sent; when one of a hundred assignments changes, only that one is',
  inSotw,
  async (t, { client, serve }) => {
    const content = (version: number) => [
      staticCluster('n0', version),
      ...HUNDRED.slice(1).map((name) => staticCluster(name)),
      assignment('n0', version),
      ...HUNDRED.slice(1).map((name) => assignment(name, 1)),
    ]
    serve(...content(1))
    client.subscribe(CLUSTER)
    t.equal((await client.take(CLUSTER)).resources.length, 100)
    client.subscribe(ENDPOINT, ...HUNDRED)
    t.equal((await client.take(ENDPOINT)).resources.length, 100)
    serve(...content(2))
    t.equal((await client.take(CLUSTER)).resources.length, 100)
    t.same(namesIn(await client.take(ENDPOINT)), ['n0'])
  },
)

conform(
  'X25: nothing is answered before the first snapshot, and an empty snapshot is answered',
  everywhere,
  async (t, { client, serve, untaken }) => {
    client.subscribe(CLUSTER)
    t.same(await untaken(), [])
    serve()
    t.same(namesIn(await client.take(CLUSTER)), [])
    serve(staticCluster('a'), tcpListener('l', 1, 'a'))
    t.same(namesIn(await client.take(CLUSTER)), ['a'])
  },
)

conform(
  'X29: a snapshot of equal content in another order pushes nothing',
  everywhere,
  async (t, { client, serve, untaken }) => {
    serve(...THREE)
    client.subscribe(CLUSTER)
    await client.take(CLUSTER)
    serve(...THREE.toReversed())
    t.same(await untaken(), [])
  },
)
