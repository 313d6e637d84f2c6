// The sources of a configuration put together, by a clock that the test turns; and what outlives the process.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { handClock } from '../../../test/support/hand-clock.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
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

t.test('T31: registered endpoints are served again after a restart, with a whole lease', async (t) => {
  const stateFile = join(t.testdir(), 'endpoints.json')
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
  const stateFile = join(t.testdir(), 'endpoints.json')
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
