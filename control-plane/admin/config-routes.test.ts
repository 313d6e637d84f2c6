// The whole document over REST: read, replace, patch, and preconditions.

import t from 'tap'
import { parse, stringify } from 'yaml'
import { problemTypeOf } from '../../api/problem-type.ts'
import { ERROR_CODES } from '../../core/errors.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { LISTENER } from '../../xds-server/index.ts'

t.test(
  'GET returns the document in force with its ETag, in JSON, or in YAML if `Accept` asks for it',
  async (t) => {
    const { admin, state } = await serveFleet(t)
    const json = await admin.inject('/v1/config')
    t.same(json.json(), state.config)
    t.equal(json.headers.etag, `"${state.head.etag}"`)
    const yaml = await admin.inject({ url: '/v1/config', headers: { accept: 'application/yaml' } })
    t.match(yaml.headers['content-type'], /^application\/yaml/)
    t.same(parse(yaml.body), state.config)
  },
)

const REPLACEMENT = sampleWith({ 'fleets.edge.lb.mode': 'l7' })
const WRITES = [
  { title: 'PUT in JSON', method: 'PUT', type: 'application/json', payload: JSON.stringify(REPLACEMENT) },
  { title: 'PUT in YAML', method: 'PUT', type: 'application/yaml', payload: stringify(REPLACEMENT) },
  {
    title: 'PATCH in JSON',
    method: 'PATCH',
    type: 'application/merge-patch+json',
    payload: '{"fleets":{"edge":{"lb":{"mode":"l7"}}}}',
  },
  {
    title: 'PATCH in YAML',
    method: 'PATCH',
    type: 'application/yaml',
    payload: 'fleets: { edge: { lb: { mode: l7 } } }',
  },
] as const

for (const { title, method, type, payload } of WRITES) {
  t.test(`${title} writes a revision, and answers when the fleet has ACKed`, async (t) => {
    const { admin, state, connectNode, getConfig } = await serveFleet(t)
    await connectNode('node-1')
    const { etag } = await getConfig()
    const response = await admin.inject({
      method,
      url: '/v1/config?wait=30s',
      headers: { 'content-type': type, 'if-match': etag },
      payload,
    })
    t.equal(response.statusCode, 200)
    t.match(response.json(), {
      outcome: 'synced',
      revision: 2,
      revisionStatus: 'accepted',
      nodes: [{ id: 'node-1' }],
    })
    t.not(response.headers.etag, etag)
    t.equal(response.headers.etag, `"${state.head.etag}"`)
    t.equal(state.config.fleets.edge?.lb?.mode, 'l7')
  })
}

const PRECONDITIONS = [
  { title: 'without If-Match', ifMatch: undefined, status: 428, type: /etag-missing$/, detail: /If-Match/ },
  {
    title: 'with a stale ETag',
    ifMatch: '"1-old"',
    status: 412,
    type: /stale-etag$/,
    detail: /read it again/,
  },
  { title: 'with a stale weak ETag', ifMatch: 'W/"1-old"', status: 412, type: /stale-etag$/, detail: /./ },
  {
    title: 'with a stale ETag without quotes',
    ifMatch: '1-old',
    status: 412,
    type: /stale-etag$/,
    detail: /./,
  },
  ...['', ',', '"1-old', '1 old', '"1-old" x', 'w/"1-old"'].map((ifMatch) => ({
    title: `with the ETag ${ifMatch}`,
    ifMatch,
    status: 400,
    type: /invalid-argument$/,
    detail: /^the header If-Match is not a list of ETags: send the ETag of GET \/v1\/config with its quotes/,
  })),
] as const

for (const { title, ifMatch, status, ...problem } of PRECONDITIONS) {
  t.test(`a write ${title} is ${status}, and changes nothing`, async (t) => {
    const { admin, state } = await serveFleet(t)
    const before = state.head
    for (const method of ['PUT', 'PATCH'] as const) {
      const response = await admin.inject({
        method,
        url: '/v1/config',
        headers: {
          'content-type': 'application/json',
          ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        },
        payload: JSON.stringify(REPLACEMENT),
      })
      t.match(response.json(), { status, ...problem })
    }
    t.equal(state.head, before)
  })
}

/** The current ETag as clients and proxies send it. */
const MATCHING: readonly [title: string, headerOf: (etag: string) => string][] = [
  ['*', () => '*'],
  ['a list with the current ETag', (etag) => `"x", ${etag}`],
  ['the ETag as nginx makes it weak', (etag) => `W/${etag}`],
  ['the ETag as Apache marks it', (etag) => etag.replace(/"$/, '-gzip"')],
  ['the ETag without quotes', (etag) => etag.replaceAll('"', '')],
]

for (const [title, headerOf] of MATCHING) {
  t.test(`If-Match may be ${title}`, async (t) => {
    const { admin, getConfig, state } = await serveFleet(t)
    const response = await admin.inject({
      method: 'PATCH',
      url: '/v1/config',
      headers: { 'content-type': 'application/json', 'if-match': headerOf((await getConfig()).etag) },
      payload: '{"fleets":{"edge":{"lb":{"mode":"l7"}}}}',
    })
    t.equal(response.statusCode, 202)
    t.equal(state.head.number, 2)
  })

  t.test(`If-None-Match may be ${title}: 304 without a body`, async (t) => {
    const { admin, getConfig } = await serveFleet(t)
    const { etag } = await getConfig()
    for (const url of ['/v1/config', '/v1/fleets/edge/lb']) {
      const response = await admin.inject({ url, headers: { 'if-none-match': headerOf(etag) } })
      t.match(response, { statusCode: 304, body: '', headers: { etag } })
    }
  })
}

t.test('If-None-Match with another ETag gets the document, and a malformed one 400', async (t) => {
  const { admin, getConfig, putLb } = await serveFleet(t)
  const headers = { 'if-none-match': (await getConfig()).etag }
  await putLb({ mode: 'l7' })
  for (const url of ['/v1/config', '/v1/fleets/edge/lb']) {
    t.match(await admin.inject({ url, headers }), {
      statusCode: 200,
      headers: { etag: (await getConfig()).etag },
    })
    const malformed = await admin.inject({ url, headers: { 'if-none-match': '"x' } })
    t.match(malformed.json(), { status: 400, detail: /^the header If-None-Match is not a list/ })
  }
})

t.test('of two writes with the same ETag, one succeeds', async (t) => {
  const { admin, getConfig, state } = await serveFleet(t)
  const { etag } = await getConfig()
  const patches = ['random', 'least_request'].map((policy) =>
    admin.inject({
      method: 'PATCH',
      url: '/v1/config',
      headers: { 'content-type': 'application/json', 'if-match': etag },
      payload: { fleets: { edge: { lb: { policy } } } },
    }),
  )
  const codes = (await Promise.all(patches)).map(({ statusCode }) => statusCode)
  t.same(codes.sort(), [202, 412])
  t.equal(state.head.number, 2)
})

t.test(
  "X7: a patch that a node NACKs is 409 with the node's text, the path, and the current ETag",
  async (t) => {
    const { connectNode, patchConfig, getConfig } = await serveFleet(t)
    const node = await connectNode('node-1')
    node.answer = ({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no such filter' } : 'ack')
    const response = await patchConfig({ fleets: { edge: { lb: { mode: 'l7' } } } }, '?wait=30s')
    t.equal(response.statusCode, 409)
    t.match(response.json(), {
      type: 'urn:switchyard:error:nacked',
      detail: /^node-1 NACKed Listener: no such filter/,
      problems: [{ path: 'fleets.edge.listeners.main', message: /no such filter/ }],
      revisionStatus: 'rolled_back',
    })
    const { etag, config } = await getConfig()
    t.equal(response.headers.etag, etag)
    t.equal(config.fleets.edge?.lb?.mode, 'l4')
  },
)

const BAD_BODIES = [
  {
    title: 'malformed YAML',
    code: 'invalid-argument',
    type: 'application/yaml',
    payload: 'version: 1\nfleets: [',
    problems: [{ path: /^body:2:\d+/ }],
  },
  {
    title: 'a wrong type in YAML, with its line and column',
    type: 'application/yaml',
    payload: stringify(sampleWith({ 'fleets.edge.listeners.main.port': 'x' })),
    problems: [
      { path: /^body:\d+:\d+ fleets\.edge\.listeners\.main\.port$/, message: /a port from 1 to 65535/ },
    ],
  },
  {
    title: 'an unknown name',
    type: 'application/json',
    payload: JSON.stringify(sampleWith({ 'fleets.edge.listeners.main.l4.upstream': 'ehco' })),
    problems: [
      { path: 'fleets.edge.listeners.main.l4.upstream', message: /unknown upstream "ehco"\. Use one of: / },
    ],
  },
  {
    title: 'two listeners on one port',
    type: 'application/json',
    payload: JSON.stringify(
      sampleWith({
        'fleets.edge.listeners.second': { port: 10_000, l4: { upstream: 'echo' }, l7: { routes: 'public' } },
      }),
    ),
    problems: [{ path: 'fleets.edge.listeners.second.port', message: /is also the port of main:/ }],
  },
] as const

for (const { title, type, payload, problems, ...rest } of BAD_BODIES) {
  const code = 'code' in rest ? rest.code : 'invalid-config'
  const status = ERROR_CODES[code]
  t.test(`${title} is ${status} with its path, and the served snapshot stays`, async (t) => {
    const { admin, cache, state } = await serveFleet(t)
    const before = { head: state.head, snapshot: cache.getSnapshot('edge') }
    const headers = { 'content-type': type, 'if-match': '*' }
    const response = await admin.inject({ method: 'PUT', url: '/v1/config', headers, payload })
    t.match(response.json(), { status, type: problemTypeOf(code), problems })
    t.same({ head: state.head, snapshot: cache.getSnapshot('edge') }, before)
  })
}

t.test('a patch that makes the document invalid is 422 with the path in the document', async (t) => {
  const { patchConfig, state } = await serveFleet(t)
  const response = await patchConfig({ upstreams: { echo: null } })
  t.match(response.json(), { status: 422, problems: [{ path: /^routes\.public\.rules/ }] })
  t.equal(state.head.number, 1)
})

for (const count of [2, 50]) {
  t.test(
    `${count} PATCHes at once with If-Match: * all succeed, and none of their changes is lost`,
    async (t) => {
      const { admin, state, store } = await serveFleet(t)
      // The writes meet in the queue: each of them arrives before the first one is in the store.
      const append = store.append.bind(store)
      const allArrived = Promise.withResolvers<void>()
      store.append = async (...parameters) => {
        await allArrived.promise
        return append(...parameters)
      }
      let arrived = 0
      admin.addHook('preHandler', async () => {
        arrived += 1
        if (arrived === count) setImmediate(allArrived.resolve)
      })
      const patches = Array.from({ length: count }, (_, index) =>
        admin.inject({
          method: 'PATCH',
          url: '/v1/config',
          headers: { 'content-type': 'application/json', 'if-match': '*' },
          payload: { upstreams: { [`u${index}`]: { endpoints: {} } } },
        }),
      )
      const codes = (await Promise.all(patches)).map(({ statusCode }) => statusCode)
      t.same(new Set(codes), new Set([202]))
      t.equal(state.head.number, 1 + count)
      t.match(Object.keys(state.config.upstreams), { length: 3 + count })
    },
  )
}
