// docs/adding-a-switch.md is followed to the letter: its blocks go into a copy of the tree, and its commands run there.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { applyDiff } from '../support/apply-diff.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What is installed and generated: the copy shares it. */
const SHARED = ['node_modules', 'proto']

function copyTree(target: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const isOwn = (path: string) => path !== '' && !SHARED.some((folder) => path.startsWith(`${folder}/`))
  for (const path of listed.split('\0').filter(isOwn)) {
    cpSync(join(root, path), join(target, path), { recursive: true })
  }
  for (const folder of SHARED) symlinkSync(join(root, folder), join(target, folder))
}

/** Without the variables by which tap and npm would take the commands for parts of this test. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(tap|npm_|node_options|_tapjs)/i.test(name))
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  return { ...Object.fromEntries(own), PATH, ENVOY_BIN: findEnvoy().path }
}

t.test('what the page says adds a switch', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const blocks = blocksOf(readFileSync(join(root, 'docs/adding-a-switch.md'), 'utf8'))
  const tree = t.testdir()
  copyTree(tree)
  for (const { language, title, text: content } of blocks) {
    if (title === '') continue
    const file = join(tree, title)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, language === 'diff' ? applyDiff(readFileSync(file, 'utf8'), content) : content)
  }
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text: all }) => all.trim().split('\n'))
  t.ok(commands.length >= 3, commands.join('; '))
  for (const command of commands) {
    const child = spawn('sh', ['-c', command], {
      cwd: tree,
      env: plainEnvironment(),
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
