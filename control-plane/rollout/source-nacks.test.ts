// Who a NACK of a secret or of endpoints belongs to: the source that renewed them, or the revision that changed their entry.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { serveAccepted } from '../../test/support/accepted-fleet.ts'
import type { AnsweringNode } from '../../test/support/answering-node.ts'
import { socketPath } from '../../test/support/open-backend.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { ENDPOINT, SECRET } from '../../xds-server/index.ts'
import { EndpointStore } from '../sources/endpoints/endpoint-store.ts'
import { SecretStore } from '../sources/secrets/secret-store.ts'

const NEVER = new AbortController().signal
const TEXT = 'Failed to load certificate chain of certificate/one: bad key'
const NACK_SECRETS: AnsweringNode['answer'] = ({ typeUrl }) =>
  typeUrl === SECRET ? { nack: `${TEXT}\n` } : 'ack'

/** A fleet of one node that has accepted revision 1, whose listener shows the certificate "one". */
async function serve(t: Test) {
  const folder = testFolder(t)
  const authority = await Authority.create('mesh')
  const issue = async (name: string) => {
    const { certificate, key } = await authority.issue({ name })
    writeFileSync(join(folder, `${name}.key`), key)
    writeFileSync(join(folder, `${name}.pem`), certificate)
  }
  for (const name of ['one', 'two']) await issue(name)
  const secrets = new SecretStore({ folder, intervalMs: 10 })
  t.teardown(() => secrets.close())
  const endpoints = await EndpointStore.open()
  const config = (changes: object = {}) =>
    sampleWith({
      'fleets.edge.onNack': 'rollback',
      'upstreams.echo.endpointsFrom': { registration: {} },
      secrets: { one: { certificate: 'one.pem', key: 'one.key' } },
      'fleets.edge.listeners.main.tls': { enabled: true, certificate: 'one' },
      ...changes,
    })
  // The server withholds secrets from plaintext TCP.
  const address = `unix:${await socketPath(t)}`
  const fleet = await serveAccepted(t, config(), { secrets, endpoints }, address)
  const write = (changes: object) => fleet.revisions.write(() => config(changes), { author: 'rest' })
  return { ...fleet, endpoints, issue, write }
}

const REPORTED = { edge: undefined, one: { nacks: [{ node: 'node-1', fleet: 'edge', message: TEXT }] } }
const FAULT = {
  code: 'nacked',
  message: /secret "one".*node-1.*bad key$/s,
  problems: [{ path: 'secrets.one' }],
}

t.test(
  'a renewed secret that a node NACKs is reported under its name, and no revision changes',
  async (t) => {
    const { issue, node, nextFault, revisions, store, write } = await serve(t)
    t.match(revisions.secrets(), { one: { nacks: [] } })
    node.answer = NACK_SECRETS
    await issue('one')
    t.match(await nextFault(), FAULT)
    t.match(revisions.secrets(), REPORTED)
    t.match(await store.list(), [{ number: 1, status: 'accepted' }])

    await write({ 'fleets.edge.lb.mode': 'l7' })
    const progress = await revisions.progress(2, AbortSignal.abort())
    t.match(
      progress,
      { outcome: 'pending', revision: { status: 'unverified' } },
      'the revision is not to blame',
    )
    node.answer = () => 'ack'
    await issue('one')
    for await (const { status } of store.watch(2)) if (status === 'accepted') break
    t.match(await revisions.progress(2, NEVER), { outcome: 'synced' })
    t.match(revisions.secrets(), { one: { nacks: [] } })
  },
)

t.test('a renewed secret that a node NACKs during a rollout does not roll the revision back', async (t) => {
  const { issue, node, nextFault, revisions, store, write } = await serve(t)
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<'ack'>()
  node.answer = async (response) => {
    if (response.typeUrl === SECRET) return { nack: TEXT }
    asked.resolve()
    return await answered.promise
  }
  await write({ 'upstreams.echo.endpoints.b1.weight': 7, 'fleets.edge.lb.policy': 'random' })
  await asked.promise
  await issue('one')
  // The node answers one response after the other, so the held answer comes before the NACK.
  answered.resolve('ack')
  t.match(await nextFault(), FAULT)
  t.match(revisions.secrets(), REPORTED)
  t.notMatch((await revisions.progress(2, AbortSignal.abort())).outcome, 'nacked')
  t.match(await store.list(), [{ status: 'accepted' }, { number: 2, status: /^(pending|accepted)$/ }])
  node.answer = () => 'ack'
  await issue('one')
  for await (const { status } of store.watch(2)) if (status === 'accepted') break
  t.equal(revisions.head.number, 2, 'and it is accepted once the next renewal is ACKed')
})

t.test('a NACK of a secret whose entry the revision changed rolls the revision back', async (t) => {
  const { node, revisions, write } = await serve(t)
  node.answer = NACK_SECRETS
  await write({ secrets: { one: { certificate: 'two.pem', key: 'two.key' } } })
  t.match(await revisions.progress(2, NEVER), {
    outcome: 'nacked',
    revision: { status: 'rolled_back' },
    detail: { problems: [{ path: 'secrets.one', message: /bad key/ }] },
  })
})

t.test('a NACK of a secret that the revision is the first to use rolls it back', async (t) => {
  const { node, revisions, store, write } = await serve(t)
  const both = {
    secrets: {
      one: { certificate: 'one.pem', key: 'one.key' },
      two: { certificate: 'two.pem', key: 'two.key' },
    },
  }
  await write(both)
  for await (const { status } of store.watch(2)) if (status === 'accepted') break
  node.answer = ({ typeUrl }) => (typeUrl === SECRET ? { nack: 'Failed to load certificate/two' } : 'ack')
  await write({ ...both, 'fleets.edge.listeners.main.tls': { enabled: true, certificate: 'two' } })
  t.match(await revisions.progress(3, NEVER), {
    outcome: 'nacked',
    revision: { status: 'rolled_back' },
    detail: { problems: [{ path: 'secrets.two' }] },
  })
})

const B9 = { endpoint: { address: '127.0.0.1:7109' }, leaseMs: 60_000 }
const NACK_ENDPOINTS: AnsweringNode['answer'] = ({ typeUrl }) =>
  typeUrl === ENDPOINT ? { nack: 'echo: bad weights' } : 'ack'

t.test('T31: a NACK of endpoints that a source renewed during a rollout rolls nothing back', async (t) => {
  const { endpoints, node, nextFault, revisions, store, write } = await serve(t)
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<'ack'>()
  node.answer = async (response) => {
    if (response.typeUrl === ENDPOINT) return NACK_ENDPOINTS(response)
    asked.resolve()
    return await answered.promise
  }
  await write({ 'fleets.edge.lb.mode': 'l7' })
  await asked.promise
  endpoints.registrations.put('echo', 'b9', B9)
  await endpoints.served()
  answered.resolve('ack')
  t.match(await nextFault(), {
    code: 'nacked',
    message: /upstreams\.echo\.endpointsFrom takes from a source was renewed.*node-1.*bad weights$/s,
    problems: [{ path: 'upstreams.echo.endpointsFrom' }],
  })
  t.notMatch((await revisions.progress(2, AbortSignal.abort())).outcome, 'nacked')
  t.match(await store.list(), [
    { status: 'accepted' },
    { number: 2, status: /^(pending|accepted|unverified)$/ },
  ])
})

t.test('T31: a NACK of endpoints rolls the revision back that changed their upstream', async (t) => {
  const { endpoints, node, revisions, write } = await serve(t)
  endpoints.registrations.put('echo', 'b9', B9)
  await endpoints.served()
  node.answer = NACK_ENDPOINTS
  await write({ 'upstreams.echo.endpoints.b1.weight': 7 })
  t.match(await revisions.progress(2, NEVER), {
    outcome: 'nacked',
    revision: { status: 'rolled_back' },
    detail: { problems: [{ path: 'upstreams.echo.endpointsFrom', message: /bad weights/ }] },
  })
})
