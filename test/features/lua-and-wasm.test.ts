// `filters.lua` and `filters.wasm` with real calls: a header added by each, rules without it, and what happens when one fails.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge, UNARY } from '../support/secured-edge.ts'
import { headerModule } from '../support/wasm-module.ts'
import { callWhole, startWitness } from '../support/witness.ts'

const ADDED = 'x-added-by'
const SCRIPT = `function envoy_on_request(handle) handle:headers():add("${ADDED}", "lua") end`
const FAILING = 'function envoy_on_request(handle) error("broken") end'
const FILES = new Map([
  ['add.lua', Buffer.from(SCRIPT)],
  ['failing.lua', Buffer.from(FAILING)],
  ['add.wasm', headerModule(ADDED, 'wasm')],
  ['crash.wasm', headerModule(ADDED, 'wasm', true)],
])

/** An edge, and what a service behind it saw of a call: undefined if it saw none. */
async function start(t: Test, filters: object, rules: Readonly<Record<string, unknown>> = {}) {
  const { address, seen } = await startWitness(t)
  const served = (next: object) => ({
    upstreams: { echo: { endpoints: { b1: { address } } } },
    rules: { ...rules, rest: { match: {}, to: { echo: 1 } } },
    files: FILES,
    fleet: { filters: next },
  })
  const edge = await startEdge(t, served(filters))
  const addedTo = async (headers: Readonly<Record<string, string>> = {}) => {
    const before = seen.length
    const { headers: answer } = await callWhole(edge.address, UNARY, headers)
    const isSeen = seen.length > before
    return {
      status: Number(answer['grpc-status']),
      by: isSeen ? (seen.at(-1)?.[ADDED] ?? 'nobody') : undefined,
    }
  }
  return { addedTo, serve: (next: object) => edge.serve(served(next)) }
}

const OK = { status: status.OK }
const withoutIt = (filter: string) => ({
  quiet: {
    match: { headers: { 'x-quiet': '1' } },
    to: { echo: 1 },
    filters: { [filter]: { enabled: false } },
  },
  loud: { match: { headers: { 'x-loud': '1' } }, to: { echo: 1 }, filters: { [filter]: { enabled: true } } },
})

t.test('T29: a Lua script adds a header, and off it does not', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { addedTo, serve } = await start(t, { lua: { enabled: true, file: 'add.lua' } }, withoutIt('lua'))
  t.match(await addedTo(), { ...OK, by: 'lua' })
  t.match(await addedTo({ 'x-quiet': '1' }), { ...OK, by: 'nobody' }, 'a rule without it')
  t.match(await addedTo({ 'x-loud': '1' }), { ...OK, by: 'lua' })
  await serve({ lua: { enabled: true, file: 'failing.lua' } })
  t.match(await addedTo(), { ...OK, by: 'nobody' }, 'a script that fails does nothing')
  await serve({ lua: { enabled: false, file: 'add.lua' } })
  t.match(await addedTo(), { ...OK, by: 'nobody' }, 'off')
})

t.test('T29: a WebAssembly module adds a header, and off it does not', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { addedTo, serve } = await start(t, { wasm: { enabled: true, file: 'add.wasm' } }, withoutIt('wasm'))
  t.match(await addedTo(), { ...OK, by: 'wasm' })
  t.match(await addedTo({ 'x-quiet': '1' }), { ...OK, by: 'nobody' }, 'a rule without it')
  t.match(await addedTo({ 'x-loud': '1' }), { ...OK, by: 'wasm' })
  await serve({ wasm: { enabled: false, file: 'add.wasm' } })
  t.match(await addedTo(), { ...OK, by: 'nobody' }, 'off')
})

t.test('T29: calls fail when a module has crashed, or go on without it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const crash = (onFailure: string) => ({ wasm: { enabled: true, file: 'crash.wasm', onFailure } })
  const { addedTo, serve } = await start(t, crash('deny'))
  t.match(await addedTo(), { status: status.UNAVAILABLE, by: undefined }, 'the call that crashes it')
  t.match(await addedTo(), { status: status.UNAVAILABLE, by: undefined }, 'and the next one')
  await serve(crash('allow'))
  await addedTo()
  t.match(await addedTo(), { ...OK, by: 'nobody' })
})

t.test('T29: neither sees a call that a check has denied', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const answering = 'function envoy_on_request(handle) handle:respond({[":status"] = "200"}, "mine") end'
  const edge = await startSecuredEdge(t, {
    files: new Map([...FILES, ['answer.lua', Buffer.from(answering)]]),
    security: { jwt: { enabled: true, anyOf: ['main'] } },
    filters: { lua: { enabled: true, file: 'answer.lua' }, wasm: { enabled: true, file: 'add.wasm' } },
  })
  t.equal((await edge.call({})).status, status.UNAUTHENTICATED)
  const authorization = `Bearer ${await edge.token()}`
  t.not((await edge.call({ headers: { authorization } })).status, status.UNAUTHENTICATED, 'the twin')
  t.equal(edge.seen.length, 0, 'which the script answers')
})
