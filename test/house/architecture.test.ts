// Checks the tree with the architecture rules, and the rules with made-up files that follow or break them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'
import { documentReference } from './document-reference.ts'
import { readTree } from './read-tree.ts'
import { roomsTable } from './rooms.ts'
import { findBreaches } from './rules.ts'
import { testFileReference } from './test-file-reference.ts'
import { findCircles, findLargeFolders } from './tree.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const readSources = () => readTree(['ts', 'tsx', 'js', 'go', 'py'])

const line = (imported: string) => `import { x } from '${imported}'\n`

t.test('the tree follows the architecture rules', async (t) => {
  const files = readSources()
  for (const part of [
    'xds-server/streams/',
    'cli/',
    'bench/xds-swarm/',
    'services/clients/python/',
    'test/',
  ]) {
    t.ok(
      files.some(({ path }) => path.startsWith(part)),
      `${part} is checked`,
    )
  }
  t.strictSame(findBreaches(files), [])
})

t.test('no files import each other in a circle', async (t) => {
  t.strictSame(findCircles(readSources()), [])
})

t.test('a circle is found, and a shared import is not a circle', async (t) => {
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

t.test('the table in ARCHITECTURE.md is up to date', async (t) => {
  const document = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  t.ok(document.includes(roomsTable()), 'if not, run: npm run docs')
})

t.test('the tables of docs/reference/test-files.md are up to date', async (t) => {
  const page = readFileSync(join(root, 'docs/reference/test-files.md'), 'utf8')
  t.ok(page.includes(testFileReference()), 'if not, run: npm run docs')
})

t.test('the tables of docs/reference/document.md are up to date', async (t) => {
  const document = readFileSync(join(root, 'docs/reference/document.md'), 'utf8')
  const tables = documentReference(describeSchema(ConfigSchema))
  t.ok(document.includes(tables), 'if not, run: npm run docs')
})

/** For each rule a file that follows it, and its twin that breaks it in one way. */
const twins = [
  {
    rule: 'imports run one way',
    accepted: { path: 'control-plane/document/a.ts', text: line('../switches/b.ts') },
    rejected: { path: 'control-plane/switches/a.ts', text: line('../document/b.ts') },
    breach: 'may not import control-plane/document/b.ts',
  },
  {
    rule: 'imports are transitive in one direction only',
    accepted: { path: 'control-plane/translate/a.ts', text: line('../../core/errors.ts') },
    rejected: { path: 'core/errors.ts', text: line('../control-plane/translate/a.ts') },
    breach: 'may not import control-plane/translate/a.ts',
  },
  {
    rule: 'protos are imported by their package',
    accepted: { path: 'xds-server/streams/a.ts', text: line('@envoy/xds-protos/b_pb.js') },
    rejected: { path: 'processes/a.ts', text: line('@envoy/xds-protos/b_pb.js') },
    breach: 'may not import proto/b_pb.js',
  },
  {
    rule: 'the public name of the library is the library',
    accepted: { path: 'examples/a/main.ts', text: line('switchyard') + line('switchyard/protos/b_pb.js') },
    rejected: { path: 'control-plane/admin/a.ts', text: line('switchyard') },
    breach: 'may not import xds-server/index.ts',
  },
  {
    rule: 'the library does not import the control plane',
    accepted: { path: 'xds-server/index.ts', text: `export type { A } from './snapshot/a.ts'\n` },
    rejected: {
      path: 'xds-server/index.ts',
      text: `export type { A } from '../control-plane/document/a.ts'\n`,
    },
    breach: 'may not import control-plane/document/a.ts',
  },
  {
    rule: 'the admin API reads the status and not the snapshots',
    accepted: { path: 'control-plane/admin/a.ts', text: line('../../xds-server/nodes/status.ts') },
    rejected: { path: 'control-plane/admin/a.ts', text: line('../../xds-server/snapshot/snapshot.ts') },
    breach: 'may not import xds-server/snapshot/snapshot.ts',
  },
  {
    rule: 'the command uses REST',
    accepted: { path: 'cli/a.ts', text: line('../envoy-bootstrap/b.ts') },
    rejected: { path: 'cli/a.ts', text: line('../control-plane/control-plane.ts') },
    breach: 'may not import control-plane/control-plane.ts',
  },
  {
    rule: 'experiments use REST',
    accepted: { path: 'experiments/scenarios/a.ts', text: line('../../testbed/b.ts') },
    rejected: { path: 'experiments/scenarios/a.ts', text: line('../../xds-server/index.ts') },
    breach: 'may not import xds-server/index.ts',
  },
  {
    rule: 'only tests import tests',
    accepted: { path: 'test/support/a.ts', text: line('./b.ts') },
    rejected: { path: 'services/a.ts', text: line('../test/support/b.ts') },
    breach: 'may not import test/support/b.ts',
  },
  {
    rule: 'imports over several lines are found',
    accepted: { path: 'cli/a.ts', text: `import {\n  type X,\n  y,\n} from '../services/b.ts'\n` },
    rejected: { path: 'cli/a.ts', text: `import {\n  type X,\n  y,\n} from '../control-plane/b.ts'\n` },
    breach: 'may not import control-plane/b.ts',
  },
  {
    rule: 'imports for side effects are found',
    accepted: { path: 'cli/a.ts', text: `import './b.ts'\n` },
    rejected: { path: 'cli/a.ts', text: `import '../control-plane/main.ts'\n` },
    breach: 'may not import control-plane/main.ts',
  },
  {
    rule: 'dynamic imports are found',
    accepted: { path: 'cli/a.ts', text: `const b = await import('./b.ts')\n` },
    rejected: { path: 'cli/a.ts', text: `const b = await import('../control-plane/main.ts')\n` },
    breach: 'may not import control-plane/main.ts',
  },
  {
    rule: 'every file belongs to a part',
    accepted: { path: 'xds-server/streams/a.ts', text: '' },
    rejected: { path: 'xds-server/stray.ts', text: '' },
    breach: 'belongs to no part of ARCHITECTURE.md',
  },
  {
    rule: 'no file is longer than 400 lines',
    accepted: { path: 'cli/a.ts', text: 'x\n'.repeat(400) },
    rejected: { path: 'cli/a.ts', text: 'x\n'.repeat(401) },
    breach: 'has 401 lines, more than 400',
  },
  {
    rule: 'no Go file is longer than 400 lines',
    accepted: { path: 'bench/xds-swarm/main.go', text: 'x\n'.repeat(400) },
    rejected: { path: 'bench/xds-swarm/main.go', text: 'x\n'.repeat(401) },
    breach: 'has 401 lines, more than 400',
  },
  {
    rule: 'no file has an empty name such as utils',
    accepted: { path: 'cli/utilization.ts', text: '' },
    rejected: { path: 'cli/test-utils.ts', text: '' },
    breach: '"utils" says nothing about the content',
  },
  {
    rule: 'no folder has an empty name such as helpers',
    accepted: { path: 'test/support/a.ts', text: '' },
    rejected: { path: 'test/helpers/a.ts', text: '' },
    breach: '"helpers" says nothing about the content',
  },
]

for (const { rule, accepted, rejected, breach } of twins) {
  t.test(rule, async (t) => {
    t.strictSame(findBreaches([accepted]), [], 'the accepted twin')
    t.strictSame(findBreaches([rejected]), [`${rejected.path}: ${breach}`], 'the rejected twin')
  })
}
