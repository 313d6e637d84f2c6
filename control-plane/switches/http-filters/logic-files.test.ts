// Files of scripts and modules: what Envoy would never run is an error before it gets there.

import t from 'tap'
import { headerModule } from '../../../test/support/wasm-module.ts'
import { luaScript } from './lua-script.ts'
import { wasm } from './wasm.ts'

const checkScript = (text: string | Uint8Array) =>
  luaScript.files?.({ enabled: true, file: 'a.lua' })[0]?.check?.(Buffer.from(text))
const checkModule = (bytes: Uint8Array) =>
  wasm
    .files?.({ enabled: true, file: 'a.wasm', rootId: '', configuration: '', onFailure: 'deny' })[0]
    ?.check?.(bytes)

t.test('T29: a script needs one of the functions that Envoy calls', async (t) => {
  t.same(checkScript('function envoy_on_request(handle) end'), [])
  t.same(checkScript('function envoy_on_response(handle) end'), [])
  t.match(checkScript('function on_request(handle) end'), [
    { steps: ['file'], message: /neither envoy_on_request nor/ },
  ])
  t.match(checkScript(Uint8Array.of(0xff, 0xfe)), [{ message: /UTF-8/ }])
})

t.test('T29: a module needs the interface of Envoy', async (t) => {
  const module = headerModule('x-a', '1')
  t.same(checkModule(module), [])
  t.match(checkModule(module.subarray(0, 45)), [{ steps: ['file'], message: /^is not a WebAssembly module/ }])
  t.match(checkModule(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)), [{ message: /no proxy_abi_version/ }])
})
