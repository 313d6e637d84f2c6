// docs/guides/see-every-call.md, from its first command to its last: counters of methods, access logs and traces of real calls.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import type { RunningTestbed } from '../../testbed/state-file.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { openShell } from '../support/doc-shell.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const GUIDE = readFileSync(new URL('../../docs/guides/see-every-call.md', import.meta.url), 'utf8')
const CALLS = 20

t.test('T26, T27: the guide to calls works, word by word', async (t) => {
  if (!requireTool(t, 'envoy') || !requireTool(t, 'curl')) return
  const folder = testFolder(t)
  const port = await freePort()
  const here = (text: string) => text.replaceAll(':7600', `:${port}`)
  const { run, start } = openShell(t, folder)
  let admin = ''
  for (const command of commandsOf(here(GUIDE))) {
    if (/^npx yard (up|log-service) /.test(command)) {
      await start(command, command.startsWith('npx yard up') ? 'Running until Ctrl-C' : '"address"')
      continue
    }
    if (command.startsWith('curl')) {
      const state = readFileSync(join(folder, 'state', 'yard.json'), 'utf8')
      admin = (JSON.parse(state) as RunningTestbed).fleets.edge?.[0]?.admin.replace('unix:', '') ?? ''
    }
    let { code, output } = await run(command.replace('ADMIN', admin))
    // Envoys send their log a moment after the calls.
    while (command.startsWith('grep') && output.trim() !== `${CALLS}`) {
      t.ok(Number(output) < CALLS || Number.isNaN(Number(output)), 'no line but those of the calls')
      ;({ code, output } = await run(command))
    }
    t.equal(code, 0, command, { output })
    if (command.startsWith('curl')) t.match(output, /^envoy_cluster_grpc_0\{.*EchoService/m)
  }
  const [line = ''] = readFileSync(join(folder, 'calls.jsonl'), 'utf8').split('\n')
  const [shown] = blocksOf(GUIDE).filter(({ language }) => language === 'json')
  const written = JSON.parse(line)
  for (const [name, value] of Object.entries(JSON.parse(shown?.text ?? ''))) {
    t.equal(typeof written[name], typeof value, `a line has ${name}`)
  }
  t.match(written, { fleet: 'edge', path: '/switchyard.echo.v1.EchoService/Unary', grpcStatus: 'OK' })
})
