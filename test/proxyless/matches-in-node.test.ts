// P5: the ways to match with @grpc/grpc-js-xds: it takes the calls that an Envoy takes.

import t from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { MATCH_CASES } from '../support/match-cases.ts'
import {
  connectProxyless,
  proxylessDocument,
  startEndpoints,
  startWithDocument,
} from '../support/proxyless.ts'

/** Node's client would not survive it for long, so validation rejects it. */
const CASES = MATCH_CASES.filter(({ title }) => title !== 'path-regex-large')

t.test('P5: each way to match takes the same calls in Node as in Envoy', async (t) => {
  const { matched, rest } = await startEndpoints(t, 'matched', 'rest')
  const entries = CASES.map(({ title, match }) => [
    title,
    {
      hosts: [title],
      rules: { only: { match, to: { matched: 1 } }, rest: { match: {}, to: { rest: 1 } } },
    },
  ])
  const document = proxylessDocument(
    {},
    {
      upstreams: { matched: { endpoints: { matched } }, rest: { endpoints: { rest } } },
      routes: Object.fromEntries(entries),
      fleets: {
        clients: {
          kind: 'proxyless',
          clients: ['node'],
          lb: { policy: 'round_robin' },
          listeners: Object.fromEntries(CASES.map(({ title }) => [title, { l7: { routes: title } }])),
        },
      },
    },
  )
  const { control } = await startWithDocument(t, document)
  for (const { title, taken = [], left = [] } of CASES) {
    await t.test(title, async (t) => {
      const client = connectProxyless(t, control.xdsAddress, title, { target: `xds:///${title}` })
      const calls = [...taken, ...left]
      const answers = await callEcho(client, { count: calls.length, headers: (index) => calls[index] ?? {} })
      t.same(answers, [...taken.map(() => 'matched'), ...left.map(() => 'rest')], JSON.stringify(calls))
    })
  }
})
