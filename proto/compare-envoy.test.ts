// newer-envoy.json is what the packages lack of the API of the Envoy that we run: Go has the descriptors of that version.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { ENVOY_VERSION } from '../envoy-bootstrap/find-envoy.js'
import { requireTool } from '../test/support/requirements.ts'
import { compareWithEnvoy } from './compare-envoy.js'

t.test('the file has what the packages lack, and no more', async (t) => {
  if (!requireTool(t, 'go')) return
  const file = JSON.parse(readFileSync(new URL('newer-envoy.json', import.meta.url), 'utf8'))
  t.equal(file.version, `v${ENVOY_VERSION}`, 'the Envoy that we run')
  t.strictSame(compareWithEnvoy(file.version), file, 'if not: npm run protos:newer -- VERSION')
})
