// docs/adding-a-switch.md is followed to the letter: its blocks go into a copy of the tree, and its commands run there.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { applyPage, copyTree, environmentOfCopy } from '../support/tree-copy.ts'

const PAGE = 'docs/adding-a-switch.md'

t.test('what the page says adds a switch', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const tree = testFolder(t)
  copyTree(tree)
  const blocks = applyPage(tree, PAGE)
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text: all }) => all.trim().split('\n'))
  t.ok(commands.length >= 3, commands.join('; '))
  for (const command of commands) {
    const child = spawn('sh', ['-c', command], {
      cwd: tree,
      env: environmentOfCopy(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    t.teardown(() => child.kill())
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    t.equal(code, 0, command, { output: output + errors })
  }
  t.match(readFileSync(join(tree, 'test/golden/keepalive.out.yaml'), 'utf8'), /keepaliveTime: 10\n/)
  t.match(
    readFileSync(join(tree, 'docs/reference/document.md'), 'utf8'),
    '| `keepalive.time` | string | `30s` |',
    'the reference has the switch',
  )
})
