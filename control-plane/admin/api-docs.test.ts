// The API document and its page.

import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'

t.test('the API document describes every route, with the schemas of bodies and answers', async (t) => {
  const { admin } = await serveFleet(t)
  const document = (await admin.inject('/openapi.json')).json()
  t.equal(document.openapi, '3.1.0')
  t.same(Object.keys(document.paths).sort(), [
    '/healthz',
    '/readyz',
    '/v1/config',
    '/v1/dashboards',
    '/v1/dashboards/{dashboard}/panels/{panel}',
    '/v1/events',
    '/v1/fleets/{fleet}/lb',
    '/v1/fleets/{fleet}/nodes/{node}/streams',
    '/v1/load',
    '/v1/login-links',
    '/v1/revisions',
    '/v1/revisions/{number}',
    '/v1/revisions/{number}/progress',
    '/v1/session',
    '/v1/sessions',
    '/v1/snapshots/{fleet}',
    '/v1/status',
    '/v1/testbed/load',
    '/v1/tokens',
    '/v1/tokens/{token}',
    '/v1/traffic',
    '/v1/upstreams/{upstream}/endpoints',
    '/v1/upstreams/{upstream}/endpoints/{endpoint}',
  ])
  t.match(document.servers, [{ url: '/' }])
  const { get, put, patch } = document.paths['/v1/config']
  t.same(Object.keys(put.requestBody.content), ['application/json', 'application/yaml'])
  t.match(put.requestBody.content['application/json'].schema, { properties: { fleets: {}, upstreams: {} } })
  t.same(Object.keys(patch.requestBody.content), ['application/merge-patch+json', 'application/yaml'])
  t.match(patch.requestBody.content['application/merge-patch+json'].schema, { properties: { fleets: {} } })
  t.same(Object.keys(get.responses[200].content), ['application/json', 'application/yaml'])
})

t.test('the API document names If-Match, ETags and each outcome of a write', async (t) => {
  const { admin } = await serveFleet(t)
  const { paths } = (await admin.inject('/openapi.json')).json()
  const lb = paths['/v1/fleets/{fleet}/lb']
  for (const write of [paths['/v1/config'].put, paths['/v1/config'].patch, lb.put]) {
    const ifMatch = write.parameters.find(({ name }: { name: string }) => name === 'if-match')
    t.match(ifMatch, { in: 'header', required: write !== lb.put, description: /ETag/ })
    t.match(
      write.parameters.find(({ name }: { name: string }) => name === 'wait'),
      { in: 'query' },
    )
    for (const status of [200, 202, 409, 504]) t.ok(write.responses[status].headers.etag, `${status}`)
    t.match(write.responses, {
      400: { description: /^`invalid-argument`: / },
      401: { description: /^`unauthenticated`: / },
      403: { description: /^`forbidden`: / },
      409: {
        content: { 'application/problem+json': { schema: { properties: { outcome: {}, nodes: {} } } } },
      },
      412: { description: /^`stale-etag`: .*nothing was written/ },
      422: { description: /^`invalid-config`: .*`inconsistent-snapshot`: / },
    })
    t.equal(write.responses[428] !== undefined, write !== lb.put, 'If-Match is optional for lb')
  }
  for (const { get } of [paths['/v1/config'], lb]) {
    t.match(get.parameters.at(-1), { name: 'if-none-match', required: false })
    t.match(get.responses[304], { description: /No body/, headers: { etag: {} } })
    t.notOk(get.responses[304].content)
  }
  t.match(
    paths['/v1/revisions'].get.parameters.map(({ name }: { name: string }) => name),
    ['limit', 'before'],
  )
})

t.test('each example of a body is accepted as it is', async (t) => {
  const { admin } = await serveFleet(t)
  const { paths } = (await admin.inject('/openapi.json')).json()
  let sent = 0
  for (const path of ['/v1/config', '/v1/fleets/{fleet}/lb']) {
    for (const method of ['put', 'patch'] as const) {
      for (const [type, media] of Object.entries<{ example: unknown }>(
        paths[path][method]?.requestBody.content ?? {},
      )) {
        t.ok(media.example, `${method} ${path} ${type}`)
        const response = await admin.inject({
          method: method === 'put' ? 'PUT' : 'PATCH',
          url: path.replace('{fleet}', 'edge'),
          headers: { 'content-type': type, 'if-match': '*' },
          payload: JSON.stringify(media.example),
        })
        t.equal(response.statusCode, 202, response.body)
        sent += 1
      }
    }
  }
  t.equal(sent, 5)
})

t.test('the page is complete, and may load nothing from other hosts', async (t) => {
  const { admin } = await serveFleet(t)
  const page = await admin.inject('/docs/')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-security-policy'], /default-src 'self'/)
  t.notMatch(page.headers['content-security-policy'], /https?:/)
  t.notMatch(page.body, /(?:src|href)="(?:https?:)?\/\//)
  const [, script] = /<script src="([^"]+)"/.exec(page.body) ?? []
  t.equal((await admin.inject(`/docs/${script}`)).statusCode, 200)
})
