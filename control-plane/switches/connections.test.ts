// Connections that open ahead of calls: a switch that is on does something.

import t from 'tap'
import { upstreamConnections } from './connections.ts'

type Written = Parameters<NonNullable<typeof upstreamConnections.problems>>[0]

t.test('T12: `preconnect` that is on opens connections', async (t) => {
  const problemsOf = (preconnect: Written['preconnect']) => [
    ...(upstreamConnections.problems?.({ ...(preconnect && { preconnect }) }, { jwt: {} }) ?? []),
  ]
  t.same(problemsOf(undefined), [])
  t.same(problemsOf({ enabled: true, predictive: 2 }), [])
  t.same(problemsOf({ enabled: true, perEndpoint: 1.1 }), [])
  t.same(problemsOf({ enabled: false }), [], 'off')
  const problem = {
    steps: ['preconnect'],
    message: /^opens no connection ahead: write perEndpoint or predictive above 1/,
  }
  t.match(problemsOf({ enabled: true }), [problem])
  t.match(problemsOf({ enabled: true, perEndpoint: 1, predictive: 1 }), [problem])
})
