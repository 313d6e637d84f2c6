// New connections by each client and version of TLS: one handshake each, and resumed only where there is a ticket.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { LOOPBACK } from '../transports/local/loopback.ts'
import { caseName, HANDSHAKE_CASES, leastRoundTrips } from './securities.ts'
import { startNewConnections } from './start-ends.ts'

const REPEAT = 2

async function open(t: { teardown: (end: () => Promise<void>) => void; testdir: () => string }) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = testFolder(t)
  return await startNewConnections(await LOOPBACK.lay(group, folder), folder)
}

t.test('O8.7: each call has a connection of its own, of the version that was asked for', async (t) => {
  const ends = await open(t)
  const measured = await ends.run('handshakes', { cases: HANDSHAKE_CASES, repeat: REPEAT, lanes: 2 })
  const versions = measured.map((calls, at) => {
    const one = HANDSHAKE_CASES[at]
    return [
      one && caseName(one),
      [...new Set(calls.map(({ protocol, isResumed }) => `${protocol} ${isResumed}`))],
    ]
  })
  t.strictSame(Object.fromEntries(versions), {
    "Node's http2, plaintext": [' false'],
    "Node's http2, TLS 1.2": ['TLSv1.2 false'],
    "Node's http2, TLS 1.2, resumed": ['TLSv1.2 true'],
    "Node's http2, TLS 1.3": ['TLSv1.3 false'],
    "Node's http2, TLS 1.3, resumed": ['TLSv1.3 true'],
    'grpc-js, plaintext': [' false'],
    'grpc-js, TLS 1.2': [' false'],
    'grpc-js, TLS 1.3': [' false'],
  })
  t.ok(measured.flat().every(({ first, next }) => first > 0 && next > 0))
  const tickets = 2
  t.equal(await ends.accepted(), HANDSHAKE_CASES.length * REPEAT + tickets)
})

t.test('O8.7: calls of a batch share a connection, and the first one ends first', async (t) => {
  const ends = await open(t)
  const batches = [
    { calls: 1, order: 'at once' },
    { calls: 20, order: 'at once' },
    { calls: 20, order: 'one after the other' },
  ] as const
  const measured = await ends.run('batches', { batches })
  t.ok(measured.every(({ first, all }) => first > 0 && first <= all))
  t.equal(await ends.accepted(), batches.length)
})

t.test('O8.6: the server says where each connection came from', async (t) => {
  const ends = await open(t)
  const peers = await ends.run('peers', { calls: 3 })
  t.equal(new Set(peers).size, 3, 'each has a port of its own')
  t.ok(peers.every((peer) => peer.startsWith('127.0.0.1:')))
})

t.test('O8.7: a first call needs the round trips of TCP, TLS and its own', async (t) => {
  const least = (
    client: 'http2' | 'grpc',
    ...securities: Parameters<typeof leastRoundTrips>[0]['security'][]
  ) => securities.map((security) => leastRoundTrips({ client, security }))
  t.strictSame(
    least('http2', 'plaintext', 'tls-1.2', 'tls-1.2-resumed', 'tls-1.3', 'tls-1.3-resumed'),
    [2, 4, 3, 3, 3],
  )
  t.strictSame(least('grpc', 'plaintext', 'tls-1.2', 'tls-1.3'), [3, 4, 4], 'grpc-js waits for SETTINGS')
})
