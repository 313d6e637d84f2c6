// Configurations as YAML: every problem with the line and column where it stands.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../core/errors.ts'
import { sampleConfig } from '../../test/support/sample-config.ts'
import { parseConfig, readConfigFile } from './file.ts'

function problemsOf(text: string): readonly { readonly path: string; readonly message: string }[] {
  try {
    parseConfig(text, 'yard.yaml')
    return []
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === 'invalid-config') return error.problems
    throw error
  }
}

t.test('YAML and JSON are read alike', async (t) => {
  t.same(parseConfig(stringify(sampleConfig()), 'yard.yaml'), sampleConfig())
  t.same(parseConfig(JSON.stringify(sampleConfig()), 'yard.json'), sampleConfig())
})

t.test('an alias has the value of its anchor, and a problem in it is reported at the anchor', async (t) => {
  const text = [
    'version: 1',
    'upstreams:',
    '  a: &same { endpoints: { b1: { address: "localhost:1" } } }',
    '  b: *same',
    'routes: {}',
    'fleets: {}',
  ].join('\n')
  t.match(problemsOf(text), [
    { path: 'yard.yaml:3:33 upstreams.a.endpoints.b1.address' },
    { path: 'yard.yaml:3:33 upstreams.b.endpoints.b1.address' },
  ])
})

t.test(
  'problems come in the order of the text, each at its key; what is missing, where it is missed',
  async (t) => {
    const text = [
      'version: 1',
      'upstreams: {}',
      'routes:',
      '  public: { hosts: ["*", 3], rules: {} }',
      'fleets:',
      '  edge:',
      '    kind: envoy',
      '    lb: { mode: l5 }',
      '    listners: {}',
      '    listeners: {}',
    ].join('\n')
    t.match(problemsOf(text), [
      { path: 'yard.yaml:4:26 routes.public.hosts[1]', message: /^must be a host/ },
      { path: 'yard.yaml:8:5 fleets.edge.lb.policy', message: /^is missing/ },
      { path: 'yard.yaml:8:11 fleets.edge.lb.mode', message: /^must be l4, .*, or l7/ },
      { path: 'yard.yaml:9:5 fleets.edge.listners', message: /^unknown field/ },
    ])
  },
)

t.test('the error of an empty file says what a document is', async (t) => {
  t.match(problemsOf(''), [{ path: 'yard.yaml:1:1', message: /^must be a document with version/ }])
})

const MALFORMED: readonly [title: string, text: string, path: string, message: RegExp][] = [
  ['a bracket that is not closed', 'version: 1\nfleets: {\n', 'yard.yaml:3:1', /\}/],
  ['a tab as indent', 'version: 1\nfleets:\n\tedge: {}\n', 'yard.yaml:3:1', /[Tt]ab/],
  ['a key that stands twice', 'version: 1\nversion: 1\n', 'yard.yaml:2:1', /unique/],
  ['an alias of nothing', 'version: *one\n', 'yard.yaml:1:10', /alias/],
  ['a tag that means nothing here', 'version: !secret 1\n', 'yard.yaml:1:10', /tag/],
  ['a second document', 'version: 1\n---\nversion: 1\n', 'yard.yaml:2:1', /remove the line ---/],
  ['a list as key', '? [a]\n: 1\n', 'yard.yaml:1:3', /keys are plain text/],
]

for (const [title, text, path, message] of MALFORMED) {
  t.test(`${title} is a problem with its place`, async (t) => {
    t.match(problemsOf(text).slice(0, 1), [{ path, message }])
  })
}

t.test('aliases that expand beyond the limit of the parser are rejected', async (t) => {
  const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [from, to] of ['ab', 'bc', 'cd', 'de']) {
    levels.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`)
  }
  t.match(problemsOf(levels.join('\n')), [{ path: 'yard.yaml:1:1', message: /alias/ }])
})

t.test('a file is read, and its name is in its problems', async (t) => {
  const folder = t.testdir()
  const good = join(folder, 'good.yaml')
  const bad = join(folder, 'bad.yaml')
  await writeFile(good, stringify(sampleConfig()))
  await writeFile(bad, 'version: 2')
  t.same(await readConfigFile(good), sampleConfig())
  await t.rejects(readConfigFile(bad), {
    code: 'invalid-config',
    message: `${bad}:1:1 version: must be 1, not 2`,
  })
})

t.test('a missing file, or a folder, is reported as unreadable', async (t) => {
  const folder = t.testdir()
  await t.rejects(readConfigFile(join(folder, 'missing.yaml')), {
    code: 'invalid-config',
    message: /^the configuration cannot be read: .*missing\.yaml/,
  })
  await t.rejects(readConfigFile(folder), { code: 'invalid-config', message: /cannot be read: EISDIR/ })
})
