// docs/guides/limit-who-takes-how-much.md, from its first command to its last: each limit, and what callers get beyond it.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { openShell } from '../support/doc-shell.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const GUIDE = readFileSync(new URL('../../docs/guides/limit-who-takes-how-much.md', import.meta.url), 'utf8')
const UNAVAILABLE = /(\d+) of 40 failed: (?!RESOURCE_EXHAUSTED)/

/** What the calls show, by the command before them. */
const SHOWN: readonly (readonly [command: string, output: string | RegExp])[] = [
  ['fleets.edge.connectionLimit=', UNAVAILABLE],
  ['fleets.edge.filters.requestSize', /^(?!.*failed)/s],
  ['fleets.edge.filters.localRateLimit=', '180 of 200 failed: local_rate_limited'],
  ['fleets.edge.filters.globalRateLimit=', '30 of 40 failed: RESOURCE_EXHAUSTED'],
  ['--subject alice', '5 of 20 failed: RESOURCE_EXHAUSTED'],
  ['--subject bob', '15 of 20 failed: RESOURCE_EXHAUSTED'],
  ['globalRateLimit.shadow=true', /^(?!.*failed)/s],
]

t.test('T8, T14, T15, T16: the guide to limits works, word by word', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const folder = testFolder(t)
  const port = await freePort()
  const here = (text: string) => text.replaceAll(':7500', `:${port}`)
  for (const { title, text } of blocksOf(GUIDE)) if (title !== '') writeFileSync(join(folder, title), text)
  const { run, start } = openShell(t, folder)
  const checked: string[] = []
  let before = ''
  for (const command of commandsOf(here(GUIDE))) {
    if (/^npx yard (up|rate-limiter) /.test(command)) {
      await start(command, command.startsWith('npx yard up') ? 'Running until Ctrl-C' : '"address"')
      continue
    }
    const { code, output } = await run(command)
    if (!command.startsWith('npx yard call')) {
      t.equal(code, 0, command, { output })
      before = command
      continue
    }
    const [key = '', expected = ''] =
      SHOWN.find(([text]) => command.includes(text) && !before.includes('shadow')) ??
      SHOWN.find(([text]) => before.includes(text)) ??
      []
    t.match(output, expected, `${before}: ${command}`)
    checked.push(key)
  }
  t.same(
    checked,
    SHOWN.map(([key]) => key),
    'each of them',
  )
  const shown = blocksOf(GUIDE).filter(({ language }) => language === 'text')
  for (const { text } of shown)
    t.ok(
      SHOWN.some(([, output]) => text.includes(`${output}`)),
      'as on the page',
    )
})
