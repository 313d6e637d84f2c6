// Who a NACK of endpoints or of a listener belongs to: the source that changed them, or the revision that did.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { serveAccepted } from '../../test/support/accepted-fleet.ts'
import type { AnsweringNode } from '../../test/support/answering-node.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { ENDPOINT, LISTENER, ROUTE } from '../../xds-server/index.ts'
import { EndpointStore } from '../sources/endpoints/endpoint-store.ts'
import { FileStore } from '../sources/files/file-store.ts'

const NEVER = new AbortController().signal
const script = (name: string) => `function envoy_on_request(handle) -- ${name}\nend`
const TIMEOUT = 'routes.public.rules.echo.timeout'
const WEIGHT = 'upstreams.echo.endpoints.b1.weight'

const NACK_ENDPOINTS: AnsweringNode['answer'] = ({ typeUrl }) =>
  typeUrl === ENDPOINT ? { nack: 'echo: bad endpoint' } : 'ack'

/** A fleet of one node that has accepted revision 1: its listener has a script, and its upstream takes registrations. */
async function serve(t: Test) {
  const folder = testFolder(t)
  const writeScript = (name: string) => writeFileSync(join(folder, 'tag.lua'), script(name))
  writeScript('one')
  const files = new FileStore({ folder, intervalMs: 10 })
  t.teardown(() => files.close())
  const endpoints = await EndpointStore.open()
  const config = (changes: object = {}) =>
    sampleWith({
      'fleets.edge.onNack': 'rollback',
      'fleets.edge.lb.mode': 'l7',
      'fleets.edge.filters': { lua: { enabled: true, file: 'tag.lua' } },
      'upstreams.echo.endpointsFrom': { registration: {} },
      ...changes,
    })
  const fleet = await serveAccepted(t, config(), { files, endpoints })
  const { node, revisions } = fleet
  const write = (changes: object) => revisions.write(() => config(changes), { author: 'rest' })
  const register = (port: number) => {
    const endpoint = { address: `127.0.0.1:${port}` }
    endpoints.registrations.put('echo', 'b9', { endpoint, leaseMs: 600_000 })
  }
  /** From now on the node holds its answer to the next response of a type back, and NACKs all of another type. */
  const holdAndNack = (held: string, nacked: string, text: string) => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<'ack'>()
    node.answer = ({ typeUrl }) => {
      if (typeUrl === nacked) return { nack: text }
      if (typeUrl !== held) return 'ack'
      asked.resolve()
      return answer.promise
    }
    return { asked: asked.promise, ack: () => answer.resolve('ack') }
  }
  return { ...fleet, endpoints, holdAndNack, register, write, writeScript }
}

t.test(
  'T31: a NACK of endpoints that a source changed does not roll the pending revision back',
  async (t) => {
    const { holdAndNack, nextFault, register, revisions, store, untilAccepted, write } = await serve(t)
    const { asked, ack } = holdAndNack(ROUTE, ENDPOINT, 'echo: bad endpoint')
    await write({ [TIMEOUT]: '7s' })
    await asked
    register(7109)
    // The node answers one response after the other, so the held answer comes before the NACK.
    const reported = nextFault()
    ack()
    t.match(await reported, {
      code: 'nacked',
      message:
        /what upstreams\.echo\.endpointsFrom takes from a source was renewed.*node-1.*: echo: bad endpoint$/s,
      problems: [{ path: 'upstreams.echo.endpointsFrom', message: 'echo: bad endpoint' }],
    })
    await untilAccepted(2)
    t.match(await revisions.progress(2, NEVER), { outcome: 'synced' })
    t.match(await store.list(), [{ status: 'accepted' }, { status: 'accepted' }])
    t.match(
      revisions.nacks(),
      { problems: [{ path: 'upstreams.echo.endpointsFrom' }] },
      'the status still has the NACK',
    )
  },
)

t.test('T31: a NACK of endpoints that the pending revision changed too rolls it back', async (t) => {
  const { endpoints, holdAndNack, node, register, revisions, write } = await serve(t)
  const { asked, ack } = holdAndNack(ENDPOINT, LISTENER, 'unused')
  await write({ [WEIGHT]: 7 })
  await asked
  register(7109)
  await endpoints.served()
  node.answer = NACK_ENDPOINTS
  ack()
  t.match(await revisions.progress(2, NEVER), { outcome: 'nacked', revision: { status: 'rolled_back' } })
})

t.test(
  'T31: a NACK that is older than a revision says nothing about it, unless it changes the same',
  async (t) => {
    const { nextFault, node, register, revisions, store, untilAccepted, write } = await serve(t)
    node.answer = NACK_ENDPOINTS
    register(7109)
    t.match(await nextFault(), { code: 'nacked' })
    await write({ [TIMEOUT]: '7s' })
    t.match(
      await revisions.progress(2, AbortSignal.abort()),
      { outcome: 'pending', revision: { status: 'unverified' } },
      'routes to an upstream wait for its endpoints',
    )
    node.answer = () => 'ack'
    register(7110)
    await untilAccepted(2)
    node.answer = NACK_ENDPOINTS
    await write({ [TIMEOUT]: '7s', [WEIGHT]: 7 })
    t.match(await revisions.progress(3, NEVER), { outcome: 'nacked', revision: { status: 'rolled_back' } })
    t.match(await store.list(), { length: 4 })
  },
)

t.test('T29: a NACK of a file that was renewed during a trial does not roll the revision back', async (t) => {
  const { holdAndNack, nextFault, revisions, untilAccepted, write, writeScript } = await serve(t)
  const { asked, ack } = holdAndNack(ROUTE, LISTENER, 'main: script load error')
  await write({ [TIMEOUT]: '7s' })
  await asked
  writeScript('two')
  const reported = nextFault()
  ack()
  t.match(await reported, {
    code: 'nacked',
    message: /what fleets\.edge\.listeners\.main takes from a source was renewed/,
    problems: [{ path: 'fleets.edge.listeners.main', message: 'main: script load error' }],
  })
  await untilAccepted(2)
  t.match(await revisions.progress(2, NEVER), { outcome: 'synced' })
})
