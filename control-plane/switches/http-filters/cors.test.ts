// CORS and gRPC-Web in the document: what is rejected and how to fix it, each with an accepted twin.

import t from 'tap'
import { type Refusal, testRefusals } from '../../../test/support/refusals.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { thrownBy } from '../../../test/support/thrown.ts'
import { validateConfig } from '../../document/validate.ts'

const CORS = 'fleets.edge.filters.cors'
const APP = 'https://app.example'
const L7 = { 'fleets.edge.lb.mode': 'l7' }

const withCors = (settings: object, more: object = L7) => ({
  ...more,
  'fleets.edge.filters': { cors: { enabled: true, origins: [APP], ...settings } },
})
const withWeb = (more: object) => ({ ...more, 'fleets.edge.filters': { grpcWeb: { enabled: true } } })

const CASES: readonly Refusal[] = [
  [
    'an origin with a path',
    withCors({ origins: [`${APP}/page`] }),
    [`${CORS}.origins[0]`, /^must be an origin in lower case without a path/],
    withCors({ origins: [APP] }),
  ],
  [
    'an origin in capitals, which no browser sends,',
    withCors({ origins: ['https://App.example'] }),
    [`${CORS}.origins[0]`, /^must be an origin in lower case/],
    withCors({ origins: ['http://[::1]:3000', 'https://*.app.example:8443', 'chrome-extension://abcdef'] }),
  ],
  [
    'a star within a label',
    withCors({ origins: ['https://a*.example'] }),
    [`${CORS}.origins[0]`, /^must be an origin/],
    withCors({ origins: ['https://*.example'] }),
  ],
  [
    'no origin',
    withCors({ origins: [] }),
    [`${CORS}.origins`, /^must be a list of the origins/],
    withCors({ origins: ['*'] }),
  ],
  [
    'every page with credentials',
    withCors({ origins: [APP, '*'], credentials: true }),
    [`${CORS}.origins[1]`, /list the origins, or write credentials: false$/],
    withCors({ credentials: true }),
  ],
  [
    'the port that a browser leaves out',
    withCors({ origins: [`${APP}:443`] }),
    [`${CORS}.origins[0]`, /no page has this origin: remove ":443"$/],
    withCors({ origins: [`${APP}:80`, 'http://app.example:443'] }),
  ],
  [
    'a header with capitals',
    withCors({ headers: ['Authorization'] }),
    [`${CORS}.headers[0]`, /^must be the name of a header in lower case/],
    withCors({ headers: ['authorization'] }),
  ],
  [
    'gRPC-Web in mode l4',
    withWeb({ 'fleets.edge.lb.mode': 'l4' }),
    ['fleets.edge.lb.mode', /^is l4, where .* filters\.grpcWeb cannot work: .* Use l7, or turn them off$/],
    withWeb(L7),
  ],
  [
    'CORS with one listener in mode l4',
    withCors({}, { ...L7, 'fleets.edge.listeners.main.mode': 'l4' }),
    ['fleets.edge.listeners.main.mode', /filters\.cors cannot work/],
    withCors({ enabled: false }, { ...L7, 'fleets.edge.listeners.main.mode': 'l4' }),
  ],
]

testRefusals(t, CASES, (title) => `T23: ${title} is rejected`)

t.test('T23: the pages of a rule are checked too', async (t) => {
  const [route = ''] = Object.keys(sampleWith({}).routes as object)
  const rulesOf = (origin: string) => ({
    [`routes.${route}.rules.web`]: {
      match: { prefix: '/web' },
      to: { echo: 1 },
      filters: { cors: { origins: [origin], credentials: true } },
    },
  })
  t.match(
    thrownBy(() => validateConfig(sampleWith(rulesOf('*')))),
    {
      problems: [{ path: `routes.${route}.rules.web.filters.cors.origins[0]`, message: /list the origins/ }],
    },
  )
  t.ok(validateConfig(sampleWith(rulesOf(APP))))
})

t.test('T23: gRPC clients without a proxy have neither', async (t) => {
  const proxyless = (filters: object) => ({
    'fleets.clients': {
      kind: 'proxyless',
      lb: { policy: 'round_robin' },
      listeners: { echo: { l7: { routes: 'public' } } },
      filters,
    },
  })
  for (const filters of [{ grpcWeb: { enabled: true } }, { cors: { enabled: true, origins: [APP] } }]) {
    const [field] = Object.keys(filters)
    t.match(
      thrownBy(() => validateConfig(sampleWith(proxyless(filters)))),
      {
        problems: [{ path: `fleets.clients.filters.${field}` }],
      },
    )
  }
})
