// `yard demo` with real parts, from the start of the command to the end of its last process.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../support/test-folder.ts'
import { processesOf, runYard, startYard, untilGone } from '../support/yard-with-envoy.ts'

t.test('yard demo prints the expected results, exits with 0, and leaves no process or file', async (t) => {
  const folder = testFolder(t)
  const { code, stdout, output } = await runYard(t, folder, 'demo', '--calls', '300')
  t.equal(code, 0, output)
  const settings = [...stdout.matchAll(/^■ (L4|L7 \w+)/gm)].map(([, name]) => name)
  const policies = ['round_robin', 'least_request', 'random', 'ring_hash', 'maglev'].map(
    (name) => `L7 ${name}`,
  )
  t.same(settings, ['L4', ...policies, 'L4'])

  const switches = [...stdout.matchAll(/^ {2}ACKed by 3 Envoys in \d+ ms, (.*), 0 of \d+ calls failed$/gm)]
  t.equal(switches.length, 6, 'no call failed while switching')
  t.match(switches[0]?.[1], /^last of [1-9]\d* old connections gone \d+ ms later$/)
  t.match(switches[1]?.[1], 'no connection had to close')
  t.match(switches[5]?.[1], /^last of [1-9]\d* old connections gone \d+ ms later$/)

  t.equal(stdout.match(/^ +(1|4|16) +– {3}.* 0$/gm)?.length, 5 * 3, '1, 4 and 16 connections, 0 failed')
  t.equal(stdout.match(/^ +(1|4|16) +3,000 {3}.* 0\.026 +0$/gm)?.length, 2 * 3, '3,000 distinct keys')
  t.equal(stdout.match(/^ +16 +1 {3}.*█{12} +100% .* 1\.414 /gm)?.length, 2, 'one key, one backend')
  t.match(stdout, /^ +1 +– {3}.*█{12} +100%.* 1\.414 +0\.082/m, 'at L4 one connection, one backend')
  t.match(stdout, /✓ As expected/)
  for (const line of stdout.split('\n')) t.ok(line.length <= 100, line)

  t.same(readdirSync(folder), [], 'its folder is removed')
  await untilGone(folder)
})

t.test('yard demo --stay keeps running for the other verbs, and Ctrl-C ends everything', async (t) => {
  const folder = testFolder(t)
  const yard = startYard(t, folder, 'demo', '--calls', '30', '--stay')
  await yard.printed('Running until Ctrl-C')
  t.match(await runYard(t, folder, 'lb', 'edge', 'l7', 'random'), { code: 0, stdout: 'L7 random\n' })
  t.match(await runYard(t, folder, 'status'), { code: 0, stdout: /edge +L7 random +3 +3\n/ })
  t.ok(processesOf(folder).length >= 7, 'three backends, a control plane and three Envoys run')
  yard.kill('SIGINT')
  t.equal(await yard.ended, 0)
  await untilGone(folder)
  t.same(readdirSync(folder), ['state'])
  t.same(readdirSync(join(folder, 'state')), [])
})

t.test('an interrupted yard demo ends every process that it started', async (t) => {
  const parent = testFolder(t, { SIGINT: {}, SIGTERM: {} })
  const interrupt = async (signal: 'SIGINT' | 'SIGTERM', code: number) => {
    const folder = join(parent, signal)
    const yard = startYard(t, folder, 'demo', '--calls', '100000')
    await yard.printed('■ L4')
    yard.kill(signal)
    t.equal(await yard.ended, code)
    await untilGone(folder)
  }
  await Promise.all([interrupt('SIGINT', 130), interrupt('SIGTERM', 143)])
})
