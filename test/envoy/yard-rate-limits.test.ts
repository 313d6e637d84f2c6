// `yard up --rate-limits`: a rate limiter of the testbed, which limits all Envoys together once the switch is on, and restarts.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openShell } from '../support/doc-shell.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const RULES = `domain: shop
descriptors: [{ key: generic_key, value: all, rate_limit: { unit: day, requests_per_unit: 10 } }]
`
const LIMIT =
  '{ enabled: true, upstream: rate-limiter, domain: shop, onFailure: deny, timeout: 1m, descriptors: { all: { parts: [{ text: all }] } } }'

t.test('T16: yard up starts a rate limiter, which comes back when it ends', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const folder = testFolder(t)
  writeFileSync(join(folder, 'rules.yaml'), RULES)
  const { run, start } = openShell(t, folder)
  await start('npx yard up --fleet edge=2 --backends 1 --rate-limits rules.yaml', 'Running until Ctrl-C')
  const call = async () => (await run('npx yard call edge -n 40')).output
  t.match(await run('npx yard lb edge l7 round_robin'), { code: 0 })
  t.notMatch(await call(), 'failed', 'the twin: off')
  t.match(await run(`npx yard set fleets.edge.filters.globalRateLimit='${LIMIT}'`), { code: 0 })
  t.match(await call(), '30 of 40 failed: RESOURCE_EXHAUSTED')
  t.match(await run('npx yard kill rate-limiter'), { code: 0 })
  // The old one had no call left, and calls without an answer end: only a new one with counts from 0 lets calls pass.
  let output = await call()
  while (output.includes('40 of 40 failed')) output = await call()
  t.match(output, /^ *b1 +[1-9]/m, 'with counts from 0')
})
