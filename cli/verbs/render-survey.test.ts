import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import type { Survey } from '../../testbed/survey.ts'
import { renderSurvey } from './render-survey.ts'

const ENDPOINT = {
  upstream: 'echo',
  address: '127.0.0.1:7101',
  backend: 'b1',
  envoys: 3,
  healthy: 3,
  reasons: [],
  listening: true,
}
const CALM: Survey = {
  endpoints: [ENDPOINT],
  upstreams: [{ upstream: 'echo', calls: 7, limit: 1024, overflowed: 0 }],
  silent: [],
  parts: [{ id: 'b1', title: 'backend b1', pid: 4711, state: 'running', restarts: 2 }],
  notices: [],
}

const render = (survey: Partial<Survey>) => stripVTControlCharacters(renderSurvey({ ...CALM, ...survey }))

t.test('a testbed without problems shows its endpoints and limits, and nothing else', async (t) => {
  t.match(
    render({}),
    /^ {2}upstream +endpoint +backend +healthy\n {2}echo +127\.0\.0\.1:7101 +b1 +on 3 of 3\n\n/,
  )
  t.match(render({}), /\n {2}echo +7 +1024 +0$/)
})

t.test('dead backends, unhealthy endpoints, silent Envoys, overflows and warnings are shown', async (t) => {
  const parts = [
    { id: 'b1', title: 'backend b1', state: 'restarting', restarts: 0, lastEnd: 'SIGKILL' },
  ] as const
  t.match(render({ parts }), /127\.0\.0\.1:7101 +b1 +on 3 of 3 +dead: nothing listens there\n/)
  t.match(render({ parts }), /\n {2}backend b1 is being restarted \(it ended by SIGKILL\)$/)
  const dead = { ...ENDPOINT, backend: '', healthy: 0, listening: false, reasons: ['failed health check'] }
  t.match(render({ endpoints: [dead] }), /on 0 of 3 +dead: nothing listens there, failed health check\n/)
  t.match(render({ silent: ['edge-2'] }), /\n {2}edge-2: its admin interface does not answer$/)
  t.match(
    render({ upstreams: [{ upstream: 'echo', calls: 1024, limit: 1024, overflowed: 476 }] }),
    /echo: 476 calls failed at a limit .*yard set upstreams\.echo\.circuitBreaker\.requests=2048$/,
  )
  const notice = {
    node: 'edge-1',
    level: 'warning',
    component: 'config',
    text: 'rejected',
    count: 3,
    last: '2026-11-28T20:00:00.123Z',
  } as const
  t.match(
    render({ notices: [notice] }),
    /\n {2}2026-11-28T20:00:00Z Envoy edge-1 warning, config: rejected \(3 times\)$/,
  )
})
