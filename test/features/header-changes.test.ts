// `requestHeaders` and `responseHeaders` with real calls: seen at the service and at the caller, and nobody passes for another by them.

import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { connectEcho, startEdge } from '../support/edge.ts'
import { UNARY } from '../support/match-cases.ts'
import { requireTool } from '../support/requirements.ts'
import { callWhole, startWitness } from '../support/witness.ts'

const to = { echo: 1 }
const SENT = { 'x-tier': 'iron', 'x-path': 'client', 'x-debug': '1' }

t.test('T21: the service sees the headers that a rule has set, added and removed', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, seen } = await startWitness(t)
  const requestHeaders = {
    set: { 'x-tier': 'gold', 'x-load': '100% of %REQ(x-debug)%' },
    add: { 'x-path': 'edge' },
    remove: ['x-debug'],
  }
  const served = (rule: object) => ({
    upstreams: { echo: { endpoints: { b1: { address } } } },
    rules: { all: { match: { headers: { 'x-debug': '1' } }, to, ...rule } },
  })
  const edge = await startEdge(t, served({}))
  await callWhole(edge.address, UNARY, SENT)
  t.match(seen.at(-1), SENT, 'the twin: without changes')
  await edge.serve(served({ requestHeaders }))
  await callWhole(edge.address, UNARY, SENT)
  t.match(seen.at(-1), {
    'x-tier': 'gold',
    'x-path': 'client, edge',
    'x-load': '100% of %REQ(x-debug)%',
    'x-debug': undefined,
  })
})

t.test('T21: the caller sees the headers of an answer, of an error, and of a fleet', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const own = { 'x-version': '7', 'x-internal': 'host-3' }
  const good = await startWitness(t, own)
  const bad = await startWitness(t, { ...own, 'grpc-status': '9' })
  const responseHeaders = {
    set: { 'x-version': 'hidden' },
    add: { 'x-served-by': 'edge' },
    remove: ['x-internal'],
  }
  const served = (fleet: object) => ({
    upstreams: {
      good: { endpoints: { b1: { address: good.address } } },
      bad: { endpoints: { b1: { address: bad.address } } },
      none: { endpoints: {} },
    },
    rules: {
      bad: { match: { headers: { 'x-want': 'bad' } }, to: { bad: 1 } },
      none: { match: { headers: { 'x-want': 'none' } }, to: { none: 1 } },
      plain: { match: { headers: { 'x-want': 'plain' } }, to: { good: 1 }, responseHeaders: {} },
      all: { match: {}, to: { good: 1 } },
    },
    fleet,
  })
  const edge = await startEdge(t, served({}))
  const answerTo = async (want: string) => (await callWhole(edge.address, UNARY, { 'x-want': want })).headers
  t.match(await answerTo('good'), { ...own, 'x-served-by': undefined }, 'the twin: without changes')

  await edge.serve(served({ responseHeaders }))
  const changed = { 'x-version': 'hidden', 'x-served-by': 'edge', 'x-internal': undefined }
  t.match(await answerTo('good'), { ...changed, 'grpc-status': '0' })
  t.match(await answerTo('bad'), { ...changed, 'grpc-status': '9' }, 'an error without a message')
  t.match(await answerTo('plain'), own, 'a rule with its own changes has none of the fleet')
  const unavailable = { 'x-served-by': 'edge', 'grpc-status': String(status.UNAVAILABLE) }
  t.match(await answerTo('none'), unavailable, 'an error of Envoy itself, because no endpoint is there')

  const metadata = Metadata.fromHttp2Headers({ 'x-want': 'bad' })
  const failed = connectEcho(t, edge.address).unary({}, { metadata })
  await t.rejects(failed, {
    code: status.FAILED_PRECONDITION,
    metadata: { internalRepr: new Map([['x-served-by', ['edge']]]) },
  })
})
