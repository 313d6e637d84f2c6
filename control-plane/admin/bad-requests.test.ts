// Invalid requests: each answer says what is wrong and how to fix it, and nothing changes.

import { gzipSync } from 'node:zlib'
import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const LB = '/v1/fleets/edge/lb'

interface Case {
  readonly title: string
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS'
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string | Buffer
  /** Headers of the answer. */
  readonly answered?: Readonly<Record<string, string>>
  readonly status: number
  readonly problem: object
}

const CASES: readonly Case[] = [
  {
    title: 'truncated JSON',
    payload: '{"mode": "l7"',
    status: 400,
    problem: { type: /invalid-argument$/, detail: /^the body is not valid JSON: .*position 13/ },
  },
  {
    title: 'an empty body',
    payload: '',
    status: 400,
    problem: { detail: /^the body is not valid JSON: Unexpected end/ },
  },
  {
    title: 'a body of another type',
    headers: { 'content-type': 'text/plain' },
    payload: '{"mode":"l7"}',
    status: 415,
    problem: { type: /unsupported-media-type$/, detail: /content-type: application\/json/ },
  },
  {
    title: 'a body of more than 4 MiB',
    payload: `{"mode":"${'x'.repeat(4 * 1024 * 1024)}"}`,
    status: 413,
    problem: { type: /payload-too-large$/, detail: /4 MiB/ },
  },
  {
    title: 'a list instead of an object',
    payload: '[]',
    status: 422,
    problem: { type: /invalid-config$/, problems: [{ path: '', message: /not \[\]$/ }] },
  },
  {
    title: 'no body at all',
    headers: {},
    status: 422,
    problem: {
      problems: [{ path: '', message: /such as \{ mode: l7, policy: round_robin \}, not nothing/ }],
    },
  },
  {
    title: 'several wrong fields',
    payload: '{"mode":"l9","policy":"random","weight":1}',
    status: 422,
    problem: { problems: [{ path: 'mode', message: /^must be l4, .* or l7/ }, { path: 'weight' }] },
  },
  {
    title: 'a field from the prototype',
    payload: '{"mode":"l7","__proto__":{"policy":"random"}}',
    status: 422,
    problem: { problems: [{ path: '__proto__', message: /^unknown field/ }] },
  },
  {
    title: 'a write to an unknown fleet',
    url: '/v1/fleets/west/lb',
    payload: '{"mode":"l7"}',
    status: 404,
    problem: { type: /not-found$/, detail: 'unknown fleet "west". Use one of: edge' },
  },
  {
    title: 'a read of an unknown fleet',
    method: 'GET',
    url: '/v1/fleets/constructor/lb',
    status: 404,
    problem: { type: /not-found$/, detail: /Use one of: edge/ },
  },
  {
    title: 'a wait without a unit',
    url: `${LB}?wait=30`,
    payload: '{"mode":"l7"}',
    status: 400,
    problem: {
      type: /invalid-argument$/,
      problems: [{ path: 'wait', message: /a duration from 1ms to 5m/ }],
    },
  },
  {
    title: 'a query of an operation without queries',
    method: 'GET',
    url: '/v1/status?fleet=edge',
    status: 400,
    problem: { problems: [{ path: 'fleet', message: 'unknown field. No fields are allowed here' }] },
  },
  ...['301s', '300001ms', '6m', '1h', '0', '0s', '-1s', '1.5s', ''].map((wait) => ({
    title: `a wait of "${wait}"`,
    url: `${LB}?wait=${wait}`,
    payload: '{"mode":"l7"}',
    status: 400,
    problem: {
      problems: [
        {
          path: 'wait',
          message: `must be a duration from 1ms to 5m, such as 500ms, 30s or 2m (or no wait at all), not "${wait}"`,
        },
      ],
    },
  })),
  {
    title: 'two waits',
    url: `${LB}?wait=1s&wait=2s`,
    payload: '{"mode":"l7"}',
    status: 400,
    problem: { problems: [{ path: 'wait' }] },
  },
  {
    title: 'an unknown query',
    url: `${LB}?wiat=30s`,
    payload: '{"mode":"l7"}',
    status: 400,
    problem: { problems: [{ path: 'wiat', message: /Use one of: wait$/ }] },
  },
  {
    title: 'a malformed path',
    url: '/v1/fleets/%zz/lb',
    payload: '{"mode":"l7"}',
    status: 400,
    problem: { type: /invalid-argument$/, detail: /%zz/ },
  },
  {
    title: 'an unknown path',
    method: 'GET',
    url: '/v2/fleets',
    status: 404,
    problem: { type: /not-found$/, detail: /^GET \/v2\/fleets is not an operation/ },
  },
  {
    title: 'an unknown fleet with a long name',
    method: 'GET',
    url: `/v1/fleets/${'%41'.repeat(200)}/lb`,
    status: 404,
    problem: { detail: /^unknown fleet "A+"\. Use one of: edge/ },
  },
  {
    title: 'an unknown method',
    method: 'DELETE',
    status: 405,
    problem: {
      type: /method-not-allowed$/,
      detail: `${LB} does not have the method DELETE. Use one of: GET, HEAD, PUT`,
    },
    answered: { allow: 'GET, HEAD, PUT' },
  },
  {
    title: 'an unknown method with a body of another type',
    method: 'POST',
    url: '/v1/config?wait=1s',
    headers: { 'content-type': 'text/plain' },
    payload: 'x',
    status: 405,
    problem: { detail: /^\/v1\/config does not have the method POST/ },
    answered: { allow: 'GET, HEAD, PATCH, PUT' },
  },
  {
    title: 'a method that a page does not have',
    method: 'OPTIONS',
    url: '/healthz',
    status: 405,
    problem: { type: /method-not-allowed$/ },
    answered: { allow: 'GET, HEAD' },
  },
  {
    title: 'a compressed body',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    payload: gzipSync('{"mode":"l7"}'),
    status: 415,
    problem: {
      type: /unsupported-media-type$/,
      detail: /compressed \(gzip\): send it without content-encoding/,
    },
    answered: { 'accept-encoding': 'identity' },
  },
  ...['iso-8859-1', '"UTF-16"'].map((charset) => ({
    title: `a body in the charset ${charset}`,
    headers: { 'content-type': `application/json; charset=${charset}` },
    payload: '{"mode":"l7"}',
    status: 415,
    problem: { type: /unsupported-media-type$/, detail: /charset (iso-8859-1|UTF-16): send it in UTF-8/ },
  })),
  {
    title: 'bytes that are not UTF-8',
    payload: Buffer.from('{"mode":"l7","policy":"\u00e9"}', 'latin1'),
    status: 400,
    problem: { type: /invalid-argument$/, detail: /bytes that are not UTF-8/ },
  },
  {
    title: 'JSON with a key twice',
    payload: '{"mode":"l7","hashOn":{"header":"x-a","header":"x-b"}}',
    status: 400,
    problem: {
      type: /invalid-argument$/,
      problems: [{ path: 'hashOn.header', message: 'is here twice: remove one of the two' }],
    },
  },
  {
    title: 'JSON of 5,000 levels',
    payload: `{"mode":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    status: 400,
    problem: { problems: [{ path: 'mode', message: /nested deeper than 100 levels/ }] },
  },
  {
    title: 'YAML of 5,000 levels',
    headers: { 'content-type': 'application/yaml' },
    payload: `mode: ${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    status: 400,
    problem: { problems: [{ path: 'body:1:106', message: /nested deeper than 100 levels/ }] },
  },
  {
    title: 'a number that becomes infinite',
    payload: '{"mode":"l7","choices":1e400}',
    status: 400,
    problem: { problems: [{ path: 'choices', message: /^1e400 is beyond the largest number/ }] },
  },
]

for (const { title, method = 'PUT', url = LB, payload, status, problem, answered = {}, ...rest } of CASES) {
  t.test(`${title}: ${status}, and nothing changes`, async (t) => {
    const { admin, cache, state } = await serveFleet(t)
    const before = { config: state.config, head: state.head, snapshot: cache.getSnapshot('edge') }
    const headers = rest.headers ?? (payload === undefined ? {} : JSON_TYPE)
    const response = await admin.inject({
      method,
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
    t.equal(response.statusCode, status)
    t.match(response.headers['content-type'], /^application\/problem\+json/)
    t.match(response.headers, answered)
    t.match(response.json(), { type: /^urn:switchyard:error:/, title: String, status, ...problem })
    t.equal(state.config, before.config)
    t.equal(state.head, before.head)
    t.equal(cache.getSnapshot('edge'), before.snapshot)
  })
}

const ACCEPTED: readonly [title: string, headers: object, payload: string | Buffer][] = [
  ['a charset of UTF-8', { 'content-type': 'application/json; charset=UTF-8' }, '{"mode":"l7"}'],
  ['a byte order mark', JSON_TYPE, '\ufeff{"mode":"l7"}'],
  ['the encoding identity', { ...JSON_TYPE, 'content-encoding': 'identity' }, '{"mode":"l7"}'],
  ['a wait of five minutes', JSON_TYPE, '{"mode":"l7"}'],
]

for (const [title, headers, payload] of ACCEPTED) {
  t.test(`${title} is accepted`, async (t) => {
    const { admin, state } = await serveFleet(t)
    const response = await admin.inject({
      method: 'PUT',
      url: `${LB}?wait=5m`,
      headers: { ...headers },
      payload,
    })
    t.equal(response.statusCode, 202)
    t.equal(state.config.fleets.edge?.lb?.mode, 'l7')
  })
}
