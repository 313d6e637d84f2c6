// The admin as a server: its address, its shutdown, and clients that disconnect.

import { once } from 'node:events'
import t from 'tap'
import { NO_EVENTS } from '../../test/support/no-events.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { startLoadTally } from '../control-plane.ts'
import type { RevisionInfo } from '../store/revision.ts'
import { startAdmin } from './admin.ts'
import type { DesiredState } from './desired-state.ts'

const HEAD: RevisionInfo = {
  number: 1,
  etag: '1-x',
  author: 'file',
  createdAt: '2026-01-01T00:00:00.000Z',
  status: 'pending',
}

/** A fleet that never answers: a wait ends only when its signal aborts. Returns that signal. */
function silentFleet() {
  const asked = Promise.withResolvers<AbortSignal>()
  const state: DesiredState = {
    head: HEAD,
    config: sampleWith({}),
    acceptedNumber: undefined,
    secrets: () => ({}),
    patchesOf: () => [],
    files: () => ({}),
    endpointSources: () => ({}),
    nacks: () => undefined,
    get: async () => ({ ...HEAD, document: {} }),
    newestRejected: async () => undefined,
    list: async () => [HEAD],
    write: async () => HEAD,
    checkWritable: async () => {},
    progress: async (_number, signal) => {
      asked.resolve(signal)
      if (!signal.aborted) await once(signal, 'abort')
      return { outcome: 'pending', revision: HEAD, nodes: [] }
    },
  }
  const nodes = {
    status: () => [],
    onEvent: () => () => {},
    snapshotJson: () => undefined,
    disconnect: () => 0,
  }
  const { loads, traffic } = startLoadTally({ config: state.config, effectiveConfig: state.config })
  return { asked: asked.promise, state, nodes, loads, traffic, ...NO_EVENTS }
}

const PUT = {
  method: 'PUT',
  headers: { 'content-type': 'application/json' },
  body: '{"mode":"l7"}',
}

async function start(address = '127.0.0.1:0') {
  const { asked, ...parts } = silentFleet()
  return { asked, ...(await startAdmin({ ...parts, address })) }
}

t.test('it listens on the given address, and returns its URL', async (t) => {
  const { url, close } = await start()
  t.teardown(close)
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.same(await (await fetch(`${url}/healthz`)).json(), { status: 'ok' })
})

t.test('requests that wait are answered when it closes', async (t) => {
  const { url, asked, close } = await start()
  const waiting = fetch(`${url}/v1/fleets/edge/lb?wait=5m`, PUT)
  await asked
  await close()
  t.equal((await waiting).status, 504)
})

t.test('a wait ends when the client disconnects', async (t) => {
  const { url, asked, close } = await start()
  t.teardown(close)
  const leaving = new AbortController()
  const waiting = fetch(`${url}/v1/fleets/edge/lb?wait=5m`, { ...PUT, signal: leaving.signal })
  const signal = await asked
  t.equal(signal.aborted, false)
  leaving.abort()
  await t.rejects(waiting, { name: 'AbortError' })
  if (!signal.aborted) await once(signal, 'abort')
  t.equal(signal.aborted, true)
})

t.test('a port in use is an error that names the address, and so is an invalid address', async (t) => {
  const { url, close } = await start()
  t.teardown(close)
  const { host } = new URL(url)
  await t.rejects(start(host), {
    code: 'address-in-use',
    message: new RegExp(`${host}: the address is in use by process ${process.pid} \\(`),
  })
  for (const address of ['', 'nonsense', '127.0.0.1', '127.0.0.1:x']) {
    await t.rejects(start(address), {
      code: 'invalid-argument',
      message: /is not an address: write HOST:PORT/,
    })
  }
})
