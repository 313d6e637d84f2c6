// The quick profile of the gRPC-Web scenario, and what its checks say about unexpected answers.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

/** Rows that need a browser. */
const BROWSER_ROWS = [
  ['O3.3', 'two clients in a real browser bring all that gRPC has, with tokens and CORS'],
  ['O3.4', 'one generator makes clients of both kinds of our protos'],
  ['O3.5', 'no client streams requests: what a try gives'],
  ['O3.6', 'server streams, their limits, and what works instead of the other kinds'],
] as const

/** Of the guide: messages of clients, of Envoy and of the browser. */
const QUOTES = [
  'The fetch API does not support streaming request bodies',
  'Jwt is missing',
  'Jwt is expired',
  'Http response at 400 or 500 level, http status code: 401',
  'Failed to fetch',
  'network error',
  'PreflightMissingAllowOriginHeader',
  'HeaderDisallowedByPreflightResponse',
  'net::ERR_CERT_AUTHORITY_INVALID',
  'net::ERR_ALPN_NEGOTIATION_FAILED',
  'net::ERR_CONNECTION_REFUSED',
] as const

t.test('O3.1 to O3.7: each way and each page does what it is known to do', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const results = await runQuickly(t, 'grpc-web')
  const idsOf = (wanted: string) => results.runs.filter(({ state }) => state === wanted).map(({ id }) => id)
  t.strictSame(idsOf('failed'), [], 'no run has failed')
  // Without Go, nginx or Chromium, runs are skipped; CI has all of them.
  if (process.env.CI === 'true') t.strictSame(idsOf('skipped'), [], 'no run was skipped')

  for (const [row, title] of BROWSER_ROWS) {
    t.test(`${row}: ${title}`, async (t) => {
      if (!requireTool(t, 'chromium') || !requireTool(t, 'nginx')) return
      const checks = results.checks.filter((check) => check.row === row)
      t.not(checks.length, 0)
      t.strictSame(
        checks.filter(({ outcome }) => outcome !== 'holds'),
        [],
      )
    })
  }

  t.test('O3.7: what the guide quotes of a run is in this run', async (t) => {
    if (!requireTool(t, 'chromium') || !requireTool(t, 'nginx')) return
    const guide = readFileSync(new URL('../../docs/guides/grpc-web.md', import.meta.url), 'utf8')
    const found = JSON.stringify(results.runs)
    for (const quote of QUOTES) {
      t.ok(guide.includes(quote), `the guide has "${quote}"`)
      t.ok(found.includes(quote), `the run has "${quote}"`)
    }
  })
})
