// Holds the tree against the rules of the house, and the rules against made-up files that keep and break them.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { roomsTable } from './rooms.ts'
import { findBreaches, type SourceFile } from './rules.ts'
import { switchTable } from './switch-table.ts'
import { findCircles, findLargeFolders } from './tree.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function readSources(): SourceFile[] {
  const isForeign = (name: string) => name.startsWith('.') || name === 'node_modules' || name === 'gen'
  return globSync('**/*.{ts,js,go}', { cwd: root, exclude: (path) => path.split('/').some(isForeign) }).map(
    (path) => ({ path, text: readFileSync(join(root, path), 'utf8') }),
  )
}

const line = (imported: string) => `import { x } from '${imported}'\n`

t.test('the tree keeps the rules of the house', async (t) => {
  const files = readSources()
  for (const part of ['xds-server/streams/', 'cli/', 'bench/xds-swarm/', 'test/']) {
    t.ok(
      files.some(({ path }) => path.startsWith(part)),
      `${part} is looked at`,
    )
  }
  t.strictSame(findBreaches(files), [])
})

t.test('no files import each other in a circle', async (t) => {
  t.strictSame(findCircles(readSources()), [])
})

t.test('a circle is found, and a shared import is none', async (t) => {
  const a = { path: 'core/a.ts', text: line('./b.ts') + line('./c.ts') }
  const c = { path: 'core/c.ts', text: '' }
  t.strictSame(findCircles([a, { path: 'core/b.ts', text: line('./c.ts') }, c]), [])
  t.strictSame(findCircles([a, { path: 'core/b.ts', text: line('./a.ts') }, c]), [
    'core/a.ts → core/b.ts → core/a.ts',
  ])
})

t.test('no top-level folder has more than 35 % of the code', async (t) => {
  t.strictSame(findLargeFolders(readSources()), [])
})

t.test('a folder with more than 35 % is found, and its tests do not count', async (t) => {
  const others = ['api', 'cli'].map((folder) => ({ path: `${folder}/a.ts`, text: 'x\n'.repeat(65) }))
  const tests = { path: 'core/a.test.ts', text: 'x\n'.repeat(100) }
  const core = (lines: number) => ({ path: 'core/a.ts', text: 'x\n'.repeat(lines) })
  t.strictSame(
    findLargeFolders([...others, { path: 'web/a.ts', text: 'x\n'.repeat(70) }, tests, core(100)]),
    [],
  )
  t.strictSame(findLargeFolders([...others, { path: 'web/a.ts', text: 'x\n'.repeat(70) }, core(120)]), [
    'core: 38 %',
  ])
})

t.test('the table in ARCHITECTURE.md is the one that the rules make', async (t) => {
  const document = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  t.ok(document.includes(roomsTable()), 'if not, run: npm run docs')
})

t.test('the table of switches in the docs is the one that their declarations make', async (t) => {
  const document = readFileSync(join(root, 'docs/reference/switches.md'), 'utf8')
  t.ok(document.includes(switchTable()), 'if not, run: npm run docs')
})

/** For each rule a file that keeps it, and its twin that breaks it in one way. */
const twins = [
  {
    rule: 'imports run one way',
    accepted: { path: 'control-plane/document/a.ts', text: line('../switches/b.ts') },
    refused: { path: 'control-plane/switches/a.ts', text: line('../document/b.ts') },
    breach: 'may not import control-plane/document/b.ts',
  },
  {
    rule: 'what an import may import may be imported',
    accepted: { path: 'control-plane/translate/a.ts', text: line('../../core/errors.ts') },
    refused: { path: 'core/errors.ts', text: line('../control-plane/translate/a.ts') },
    breach: 'may not import control-plane/translate/a.ts',
  },
  {
    rule: 'protos come in by their package',
    accepted: { path: 'xds-server/streams/a.ts', text: line('@envoy/xds-protos/b_pb.js') },
    refused: { path: 'processes/a.ts', text: line('@envoy/xds-protos/b_pb.js') },
    breach: 'may not import proto/b_pb.js',
  },
  {
    rule: 'the library knows nothing of the control plane on top of it',
    accepted: { path: 'xds-server/index.ts', text: `export type { A } from './snapshot/a.ts'\n` },
    refused: {
      path: 'xds-server/index.ts',
      text: `export type { A } from '../control-plane/document/a.ts'\n`,
    },
    breach: 'may not import control-plane/document/a.ts',
  },
  {
    rule: 'the admin sees the status and not the snapshots',
    accepted: { path: 'control-plane/admin/a.ts', text: line('../../xds-server/nodes/status.ts') },
    refused: { path: 'control-plane/admin/a.ts', text: line('../../xds-server/snapshot/snapshot.ts') },
    breach: 'may not import xds-server/snapshot/snapshot.ts',
  },
  {
    rule: 'the command speaks REST',
    accepted: { path: 'cli/a.ts', text: line('../envoy-bootstrap/b.ts') },
    refused: { path: 'cli/a.ts', text: line('../control-plane/control-plane.ts') },
    breach: 'may not import control-plane/control-plane.ts',
  },
  {
    rule: 'experiments speak REST',
    accepted: { path: 'experiments/scenarios/a.ts', text: line('../../testbed/b.ts') },
    refused: { path: 'experiments/scenarios/a.ts', text: line('../../xds-server/index.ts') },
    breach: 'may not import xds-server/index.ts',
  },
  {
    rule: 'nothing but tests imports tests',
    accepted: { path: 'test/support/a.ts', text: line('./b.ts') },
    refused: { path: 'services/a.ts', text: line('../test/support/b.ts') },
    breach: 'may not import test/support/b.ts',
  },
  {
    rule: 'imports over several lines count',
    accepted: { path: 'cli/a.ts', text: `import {\n  type X,\n  y,\n} from '../services/b.ts'\n` },
    refused: { path: 'cli/a.ts', text: `import {\n  type X,\n  y,\n} from '../control-plane/b.ts'\n` },
    breach: 'may not import control-plane/b.ts',
  },
  {
    rule: 'imports for their effect count',
    accepted: { path: 'cli/a.ts', text: `import './b.ts'\n` },
    refused: { path: 'cli/a.ts', text: `import '../control-plane/main.ts'\n` },
    breach: 'may not import control-plane/main.ts',
  },
  {
    rule: 'imports at run time count',
    accepted: { path: 'cli/a.ts', text: `const b = await import('./b.ts')\n` },
    refused: { path: 'cli/a.ts', text: `const b = await import('../control-plane/main.ts')\n` },
    breach: 'may not import control-plane/main.ts',
  },
  {
    rule: 'every file belongs to a part',
    accepted: { path: 'xds-server/streams/a.ts', text: '' },
    refused: { path: 'xds-server/stray.ts', text: '' },
    breach: 'belongs to no part of ARCHITECTURE.md',
  },
  {
    rule: 'no file is longer than 400 lines',
    accepted: { path: 'cli/a.ts', text: 'x\n'.repeat(400) },
    refused: { path: 'cli/a.ts', text: 'x\n'.repeat(401) },
    breach: 'has 401 lines, more than 400',
  },
  {
    rule: 'no file in Go is longer either',
    accepted: { path: 'bench/xds-swarm/main.go', text: 'x\n'.repeat(400) },
    refused: { path: 'bench/xds-swarm/main.go', text: 'x\n'.repeat(401) },
    breach: 'has 401 lines, more than 400',
  },
  {
    rule: 'no file is named after nothing',
    accepted: { path: 'cli/utilisation.ts', text: '' },
    refused: { path: 'cli/test-utils.ts', text: '' },
    breach: '"utils" says nothing about what it holds',
  },
  {
    rule: 'no folder is named after nothing',
    accepted: { path: 'test/support/a.ts', text: '' },
    refused: { path: 'test/helpers/a.ts', text: '' },
    breach: '"helpers" says nothing about what it holds',
  },
]

for (const { rule, accepted, refused, breach } of twins) {
  t.test(rule, async (t) => {
    t.strictSame(findBreaches([accepted]), [], 'the accepted twin')
    t.strictSame(findBreaches([refused]), [`${refused.path}: ${breach}`], 'the refused twin')
  })
}
