// `yard status` with real parts: endpoints and their health, unknown fleets, and what Envoy warns about.

import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import type { TestbedDescription } from '../../testbed/state-file.ts'
import { AnsweringNode } from '../support/answering-node.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { runYard, startYard } from '../support/yard-with-envoy.ts'

t.test('yard status shows dead endpoints, unknown fleets and the warnings of Envoys', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const folder = testFolder(t)
  const yard = startYard(t, folder, 'up', '--json', '--fleet', 'edge=1', '--backends', '2')
  await yard.printed('{"admin"')
  const { xds, backends }: TestbedDescription = JSON.parse(yard.stdout())
  /** Runs the verb until its output matches: Envoy checks health, and nodes connect, in their own time. */
  const statusUntil = async (wanted: RegExp) => {
    for (;;) {
      const { stdout } = await runYard(t, folder, 'status')
      if (wanted.test(stdout)) return stdout
    }
  }
  const first = await statusUntil(/edge +L4 +1 +1\n/)
  for (const { id, address } of backends) {
    t.match(first, new RegExp(`echo +${address} +${id} +on 1 of 1\n`), `${id} is healthy`)
  }
  t.match(first, /echo +0 +1024 +0$/m, 'the limit of open calls')
  t.notMatch(first, /dead|warning|no fleet/)

  const dead = `127.0.0.1:${await freePort()}`
  // A dead endpoint refuses at once. A live one may be slow on a busy machine, so its checks have time.
  const check = '{ enabled: true, interval: 100ms, timeout: 20s, unhealthy: 1, healthy: 1 }'
  const added = [`upstreams.echo.endpoints.b9.address=${dead}`, `upstreams.echo.healthCheck=${check}`]
  t.equal((await runYard(t, folder, 'set', ...added)).code, 0)
  await statusUntil(
    new RegExp(
      `echo +${dead} +on 0 of 1 +dead: nothing listens there, (failed health check|health check timed out)`,
    ),
  )

  new AnsweringNode(t, xds, { id: 'edge-9', cluster: 'egde' })
  await statusUntil(
    /edge-9 is served nothing: the document has no fleet egde\. Set node\.cluster in its bootstrap to one of: edge$/m,
  )

  const notPrime = 'fleets.edge.lb={mode: l7, policy: maglev, tableSize: 65536}'
  t.equal((await runYard(t, folder, 'set', notPrime)).code, 4)
  const warning = /Envoy edge-1 warning, config: .*rejected: .*prime/
  await yard.printed('Envoy edge-1 warning, config: ')
  t.match(yard.output(), warning, 'in the output of yard up')
  await statusUntil(warning)
  const { stdout } = await runYard(t, folder, 'status', '-o', 'json')
  const { testbed } = JSON.parse(stdout)
  t.match(testbed, {
    endpoints: [{ upstream: 'echo', healthy: 1 }, { healthy: 1 }, { address: dead, listening: false }],
  })
  const texts = testbed.notices.map(({ text }: { readonly text: string }) => text)
  t.ok(
    texts.some((text: string) => text.includes('prime')),
    texts.join('\n'),
  )
})
