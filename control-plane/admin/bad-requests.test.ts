// Invalid requests: each answer says what is wrong and how to fix it, and nothing changes.

import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const LB = '/v1/fleets/edge/lb'

interface Case {
  readonly title: string
  readonly method?: 'GET' | 'PUT' | 'DELETE'
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string
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
    problem: { type: /invalid-argument$/, problems: [{ path: 'wait', message: /a duration such as/ }] },
  },
  {
    title: 'a wait of more than five minutes',
    url: `${LB}?wait=301s`,
    payload: '{"mode":"l7"}',
    status: 400,
    problem: { problems: [{ path: 'wait', message: 'must be 5m at most, not 301s' }] },
  },
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
    title: 'an unknown method',
    method: 'DELETE',
    status: 404,
    problem: { detail: /^DELETE \/v1\/fleets\/edge\/lb is not an operation/ },
  },
]

for (const { title, method = 'PUT', url = LB, payload, status, problem, ...rest } of CASES) {
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
    t.match(response.json(), { type: /^urn:switchyard:error:/, title: String, status, ...problem })
    t.equal(state.config, before.config)
    t.equal(state.head, before.head)
    t.equal(cache.getSnapshot('edge'), before.snapshot)
  })
}
