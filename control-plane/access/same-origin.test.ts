// Which requests count as those of the control plane's own page.

import t from 'tap'
import { type RequestSource, sourceOf } from './same-origin.ts'

const HOST = '127.0.0.1:9000'
const CASES: readonly [headers: Readonly<Record<string, string>>, source: RequestSource][] = [
  [{}, 'no-browser'],
  [{ 'sec-fetch-site': 'same-origin' }, 'same-origin'],
  [{ 'sec-fetch-site': 'same-origin', origin: `http://${HOST}` }, 'same-origin'],
  // Another port of the host is the same site: the browser sends the cookie there.
  [{ 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:8000' }, 'other-origin'],
  [{ 'sec-fetch-site': 'same-site', origin: `http://${HOST}` }, 'other-origin'],
  [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 'other-origin'],
  [{ 'sec-fetch-site': 'none' }, 'other-origin'],
  [{ 'sec-fetch-site': '' }, 'other-origin'],
  [{ origin: `http://${HOST}` }, 'same-origin'],
  // A proxy ended TLS.
  [{ origin: `https://${HOST}` }, 'same-origin'],
  [{ origin: 'http://127.0.0.1:8000' }, 'other-origin'],
  [{ origin: 'http://evil.example' }, 'other-origin'],
  [{ origin: `http://evil.example/${HOST}` }, 'other-origin'],
  [{ origin: `http://${HOST}@evil.example` }, 'other-origin'],
  [{ origin: 'null' }, 'other-origin'],
  [{ origin: '' }, 'other-origin'],
]

for (const [headers, source] of CASES) {
  t.test(`${JSON.stringify(headers)} is ${source}`, async (t) => {
    t.equal(sourceOf({ host: HOST, ...headers }), source)
  })
}

t.test('an origin without a Host to compare is another origin', async (t) => {
  t.equal(sourceOf({ origin: `http://${HOST}` }), 'other-origin')
})
