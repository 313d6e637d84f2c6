// Files of switches that change: what is served, without a new revision, and what a rollback brings back.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { serveAccepted } from '../../test/support/accepted-fleet.ts'
import { nextEvent } from '../../test/support/conformance.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { LISTENER } from '../../xds-server/index.ts'
import { FileStore } from '../sources/files/file-store.ts'

const NEVER = new AbortController().signal
const script = (name: string) => `function envoy_on_request(handle) -- ${name}\nend`

/** A fleet of one node that has accepted revision 1, whose listener has the script "one". */
async function serve(t: Test) {
  const folder = testFolder(t)
  const write = (text: string) => writeFileSync(join(folder, 'tag.lua'), text)
  write(script('one'))
  const files = new FileStore({ folder, intervalMs: 10 })
  t.teardown(() => files.close())
  const config = (changes: object = {}) =>
    sampleWith({
      'fleets.edge.onNack': 'rollback',
      'fleets.edge.lb.mode': 'l7',
      'fleets.edge.filters': { lua: { enabled: true, file: 'tag.lua' } },
      ...changes,
    })
  const fleet = await serveAccepted(t, config(), { files })
  const { cache } = fleet
  const isServed = (name: string) => {
    const [listener] = cache.getSnapshot('edge')?.types.get(LISTENER)?.list ?? []
    return Buffer.from(listener?.value ?? []).includes(`-- ${name}\n`)
  }
  const untilServed = async (name: string) => {
    while (!isServed(name)) await nextEvent(cache, ({ kind }) => kind === 'snapshot')
  }
  return { ...fleet, config, isServed, untilServed, write }
}

t.test('T29: what is in a file now is served without a new revision', async (t) => {
  const { isServed, store, untilServed, write } = await serve(t)
  t.ok(isServed('one'))
  write(script('two'))
  await untilServed('two')
  t.match(await store.list(), [{ number: 1, status: 'accepted' }])
})

t.test('T29: a file that became invalid is reported, and what was in it stays in force', async (t) => {
  const { nextFault, isServed, revisions, config, write } = await serve(t)
  write('return 1')
  t.match(await nextFault(), {
    code: 'invalid-config',
    message: /what was in them before stays in force/,
    problems: [{ path: 'fleets.edge.filters.lua.file', message: /neither envoy_on_request/ }],
  })
  t.ok(isServed('one'))
  const changed = { 'upstreams.echo.endpoints.b1.weight': 7 }
  await revisions.write(() => config(changed), { author: 'rest' })
  t.ok(isServed('one'), 'other edits are served with it')
  const added = { 'fleets.edge.filters': { lua: { enabled: true, file: 'other.lua' } } }
  await t.rejects(
    revisions.write(() => config(added), { author: 'rest' }),
    {
      code: 'invalid-config',
      problems: [{ path: 'fleets.edge.filters.lua.file', message: /^other\.lua is not there/ }],
    },
  )
})

t.test('T29: a rollback brings back what was in a file when its revision was accepted', async (t) => {
  const { config, isServed, node, revisions, untilServed, write } = await serve(t)
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<{ readonly nack: string }>()
  node.answer = ({ typeUrl }) => {
    if (typeUrl !== LISTENER) return 'ack'
    asked.resolve()
    return answered.promise
  }
  const http2 = { 'fleets.edge.listeners.main.connectionBuffer': 65_536 }
  const { number } = await revisions.write(() => config(http2), { author: 'rest' })
  await asked.promise
  write(script('two'))
  await untilServed('two')
  answered.resolve({ nack: 'script load error' })
  t.match(await revisions.progress(number, NEVER), { outcome: 'nacked', revision: { status: 'rolled_back' } })
  t.ok(isServed('one'))
})
