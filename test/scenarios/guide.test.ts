// The scenario that docs/guides/scenarios.md writes: its blocks go into a copy of the tree, where it compiles and runs.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readResults } from '../../harness/results-file.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { applyPage, copyTree, environmentOfCopy } from '../support/tree-copy.ts'

const PAGE = 'docs/guides/scenarios.md'
const root = new URL('../..', import.meta.url)

t.test('the scenario of the guide compiles, is listed, runs, and measures every size', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const tree = join(testFolder(t, { tmp: {} }), 'tree')
  mkdirSync(tree)
  copyTree(tree)
  applyPage(tree, PAGE)
  const env = { ...environmentOfCopy(), TMPDIR: join(tree, '../tmp'), NO_COLOR: '1' }
  const run = (command: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: tree, env, encoding: 'utf8' })
    t.equal(status, 0, [command, ...args].join(' '), { output: stdout + stderr })
    return stdout
  }
  const config = { extends: './tsconfig.json', include: ['experiments/scenarios/message-size'] }
  writeFileSync(join(tree, 'tsconfig.guide.json'), JSON.stringify(config))
  // tap gives every child a loader, with which tsc does not start.
  run('env', '-u', 'NODE_OPTIONS', 'tsc', '--project', 'tsconfig.guide.json')

  const yard = (command: string) => run('node', 'cli/launch.js', ...command.split(' ').slice(2))
  t.match(yard('npx yard scenario list'), /message-size +3 runs/)
  const commands = commandsOf(readFileSync(new URL(PAGE, root), 'utf8'))
  const written = commands.filter((command) => command.includes('message-size'))
  t.equal(written.length, 1)
  for (const command of written)
    t.match(yard(command), /O7\.5 +holds +Every call with an answer of 100000 bytes/)

  const { runs, plan } = await readResults(join(tree, 'reports/scenarios/message-size-quick'))
  t.strictSame(
    runs.map(({ id, state }) => `${id} ${state}`),
    plan.runs.map((id) => `${id} measured`),
  )
  for (const { measured } of runs) {
    t.match(measured, { processes: [{ role: 'client' }, { role: 'proxy', name: 'edge-1' }] })
    t.ok(measured?.histograms.service, 'latencies are in the results')
  }
  const summary = readFileSync(join(tree, 'reports/scenarios/message-size-quick/summary.md'), 'utf8')
  t.match(summary, 'Cost by size')
})
