// `yard test --watch`: a run follows each change of a file, on the same Envoy, and what is wrong with a file ends nothing.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { startYard } from '../support/yard-with-envoy.ts'

const GUIDE = readFileSync(new URL('../../docs/guides/test-your-policies.md', import.meta.url), 'utf8')

t.test('each change of the table, the document or a proto leads to another run', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const folder = testFolder(t)
  const at = (name: string) => join(folder, name)
  for (const { title, text } of blocksOf(GUIDE)) if (title !== '') writeFileSync(at(title), text)
  const change = (name: string, from: string, to: string) => {
    const text = readFileSync(at(name), 'utf8')
    writeFileSync(at(name), text.replace(from, to))
  }
  const yard = startYard(t, folder, 'test', at('orders.test.yaml'), '--watch')
  await yard.printed('4 passed, 0 failed')
  change('orders.test.yaml', 'bob: PERMISSION_DENIED', 'bob: OK')
  await yard.printed('orders.test.yaml changed.')
  await yard.printed('3 passed, 1 failed')
  change('document.yaml', 'methods: [shop.Orders/Get]', 'methods: [shop.Orders/*]')
  await yard.printed('document.yaml changed.')
  // Whatever the run before it goes on with, this one begins behind it.
  change('shop.proto', 'rpc Put', 'rpc Store')
  await yard.printed('unknown method "shop.Orders/Put"')
  yard.kill('SIGINT')
  t.equal(await yard.ended, 130)
})
