// The API document and its page.

import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'

t.test('the API document describes every route, with schemas, waits and problems', async (t) => {
  const { admin } = await serveFleet(t)
  const document = (await admin.inject('/openapi.json')).json()
  t.equal(document.openapi, '3.1.0')
  t.same(Object.keys(document.paths).sort(), [
    '/healthz',
    '/readyz',
    '/v1/config',
    '/v1/fleets/{fleet}/lb',
    '/v1/revisions',
    '/v1/revisions/{number}',
    '/v1/snapshots/{fleet}',
    '/v1/status',
  ])
  const put = document.paths['/v1/config'].put
  t.match(Object.keys(put.requestBody.content), ['application/json', 'application/yaml'])
  t.match(put.requestBody.content['application/json'].schema, { properties: { fleets: {}, upstreams: {} } })
  t.match(put.parameters, [{ name: 'wait' }, { name: 'if-match' }])
  t.match(put.responses['409'].content['application/problem+json'].schema.properties, {
    outcome: {},
    nodes: {},
  })
  for (const path of Object.values<Record<string, { responses: object }>>(document.paths)) {
    for (const { responses } of Object.values(path)) {
      t.match(responses, { default: { content: { 'application/problem+json': {} } } })
    }
  }
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
