// The sources of a configuration put together, by a clock that the test turns; and what outlives the process.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { handClock } from '../../../test/support/hand-clock.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { EndpointStore } from './endpoint-store.ts'

const B9 = { endpoint: { address: '127.0.0.1:7109' }, leaseMs: 60_000 }
const CONFIG = sampleWith({ 'upstreams.echo.endpointsFrom': { registration: {} } })

async function open(t: Test, stateFile?: string) {
  const clock = handClock()
  const faults: unknown[] = []
  const options = { clock, onFault: (error: unknown) => faults.push(error), ...(stateFile && { stateFile }) }
  const store = await EndpointStore.open(options)
  t.teardown(() => store.close())
  return { store, clock, faults }
}

t.test('T31: many changes in a moment are served together', async (t) => {
  const { store, clock } = await open(t)
  let calls = 0
  store.onChange(() => {
    calls += 1
  })
  store.use(await store.read(CONFIG))
  for (let index = 0; index < 50; index += 1) store.registrations.put('echo', `x${index}`, B9)
  t.equal(calls, 0)
  clock.goTo(20)
  t.equal(calls, 1)
  clock.goTo(40)
  t.equal(calls, 1)
  store.registrations.delete('echo', 'x1')
  clock.goTo(60)
  t.equal(calls, 2, 'twin: a later change is served by itself')
})

t.test('T31: a change counts as served when it is, and fails with what failed', async (t) => {
  const { store } = await open(t)
  store.use(await store.read(CONFIG))
  await store.served()
  store.registrations.put('echo', 'b9', B9)
  const read = await store.read(CONFIG)
  store.registrations.put('echo', 'b8', B9)
  let isServed = false
  const served = store.served().then(() => {
    isServed = true
  })
  store.use(read)
  await new Promise(setImmediate)
  t.equal(isServed, false, 'this configuration does not have the second one yet')
  store.use(await store.read(CONFIG))
  await served

  store.registrations.delete('echo', 'b8')
  const failed = store.served()
  store.failed(new Error('no disk'))
  await t.rejects(failed, { message: 'no disk' })
})

t.test('T31: whoever waits for a change that failed makes it tried again', async (t) => {
  const { store, clock } = await open(t)
  let calls = 0
  store.onChange(() => {
    calls += 1
  })
  store.use(await store.read(CONFIG))
  store.registrations.put('echo', 'b9', B9)
  clock.goTo(20)
  store.failed(new Error('no disk'))
  clock.goTo(40)
  t.equal(calls, 1, 'twin: nobody waits')
  t.equal(store.registrations.put('echo', 'b9', B9), 'renewed')
  const served = store.served()
  clock.goTo(60)
  t.equal(calls, 2)
  store.use(await store.read(CONFIG))
  await served
})

t.test('T31: what an earlier process served is kept by a start that does not get to serve', async (t) => {
  const stateFile = join(testFolder(t), 'endpoints.json')
  const kept = {
    registrations: { echo: { b9: B9 } },
    sourced: { 'echo-v2': { b8: { address: '127.0.0.1:7108' } } },
  }
  await writeFile(stateFile, JSON.stringify(kept))
  const { store } = await open(t, stateFile)
  await store.close()
  t.same(JSON.parse(await readFile(stateFile, 'utf8')), kept)
})

t.test('T31: a configuration that is read and never served leaves no source behind', async (t) => {
  const { after, ...clock } = handClock()
  const pauses = new Set<number>()
  const counting = {
    ...clock,
    after(milliseconds: number, act: () => void) {
      const stop = after(milliseconds, act)
      pauses.add(milliseconds)
      return () => {
        pauses.delete(milliseconds)
        stop()
      }
    },
  }
  const store = await EndpointStore.open({ clock: counting })
  t.teardown(() => store.close())
  // Nothing listens there, so each query fails, and the next one comes after a pause.
  const dns = { host: 'echo.test', port: 7101, refresh: '7s', resolvers: ['127.0.0.1:1'] }
  const withDns = sampleWith({ 'upstreams.echo.endpointsFrom': { dns } })
  store.use(await store.read(CONFIG))
  await store.read(withDns)
  t.ok(pauses.has(7_000))
  await store.read(CONFIG)
  t.notOk(pauses.has(7_000))

  store.use(await store.read(withDns))
  await store.read(CONFIG)
  t.ok(pauses.has(7_000), 'twin: it is served')
})

t.test('T31: registered endpoints are served again after a restart, with a whole lease', async (t) => {
  const stateFile = join(testFolder(t), 'endpoints.json')
  const first = await open(t, stateFile)
  first.store.use(await first.store.read(CONFIG))
  first.store.registrations.put('echo', 'b9', B9)
  first.clock.goTo(59_000)
  await first.store.close()

  const second = await open(t, stateFile)
  const { sourced } = await second.store.read(CONFIG)
  t.same(sourced.get('echo'), { b9: B9.endpoint })
  t.equal(second.store.registrations.get('echo', 'b9')?.remainingMs, 60_000)
  t.same(second.faults, [])
})

t.test('T31: a damaged state file is reported, and counts as empty', async (t) => {
  const stateFile = join(testFolder(t), 'endpoints.json')
  const damaged = [
    '{"registrations":',
    '{"registrations":{}}',
    JSON.stringify({ registrations: { echo: { b9: { ...B9, leaseMs: -1 } } }, sourced: {} }),
    JSON.stringify({ registrations: {}, sourced: { echo: { b9: { address: 'nowhere' } } } }),
  ]
  for (const text of damaged) {
    await writeFile(stateFile, text)
    const { store, faults } = await open(t, stateFile)
    t.match(faults, [{ code: 'state-damaged', message: /endpoints\.json cannot be read/ }], text)
    t.equal(store.registrations.count(), 0)
  }
  await writeFile(stateFile, JSON.stringify({ registrations: { echo: { b9: B9 } }, sourced: {} }))
  const { store, faults } = await open(t, stateFile)
  t.same(faults, [], 'twin')
  t.equal(store.registrations.count(), 1)
  await store.close()
  t.match(JSON.parse(await readFile(stateFile, 'utf8')), { registrations: { echo: {} } })
})

t.test(
  'T31: a source that is gone from the document is followed while the document may come back',
  async (t) => {
    const { store } = await open(t)
    const without = sampleWith({})
    store.use(await store.read(CONFIG))
    store.use(await store.read(without), CONFIG)
    t.same(store.status(), {})
    store.registrations.put('echo', 'b9', B9)
    t.equal((await store.read(without)).sourced.size, 0)
    t.equal((await store.read(CONFIG)).sourced.get('echo')?.b9, B9.endpoint)
  },
)
