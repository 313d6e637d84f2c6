// Configurations as YAML: every problem with the line and column where it stands.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../core/errors.ts'
import { sampleConfig } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { parseConfig, readConfigFile } from './file.ts'

function problemsOf(
  text: string,
  code = 'invalid-config',
): readonly { readonly path: string; readonly message: string }[] {
  try {
    parseConfig(text, 'yard.yaml')
    return []
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === code) return error.problems
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
  ['a key that stands twice', 'version: 1\nversion: 1\n', 'yard.yaml:2:1', /^is here twice/],
  ['an alias of nothing', 'version: *one\n', 'yard.yaml:1:10', /alias/],
  ['a tag that means nothing here', 'version: !secret 1\n', 'yard.yaml:1:10', /tag/],
  ['a second document', 'version: 1\n---\nversion: 1\n', 'yard.yaml:2:1', /remove the line ---/],
  ['a list as key', '? [a]\n: 1\n', 'yard.yaml:1:3', /keys are plain text/],
  ['an alias inside its own anchor', 'version: &one [*one]\n', 'yard.yaml:1:16', /no anchor &one before/],
  [
    'more than a thousand aliases',
    `a: &a 1\nb: [${'*a , '.repeat(1_001)}]`,
    'yard.yaml:2:5005',
    /more than 1000 aliases/,
  ],
  ['an infinite number', 'version: .inf\n', 'yard.yaml:1:10', /^\.inf is not a number/],
  ['a number that becomes infinite', 'version: 1e400\n', 'yard.yaml:1:10', /^1e400 is not a number/],
  ['5,000 levels of lists', `a: ${'['.repeat(5_000)}`, 'yard.yaml:1:103', /nested deeper than 100 levels/],
  ['5,000 levels on one line', '- '.repeat(5_000), 'yard.yaml:1:201', /nested deeper than 100 levels/],
  [
    '101 levels of objects',
    Array.from({ length: 102 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    'yard.yaml:101:102',
    /nested deeper than 100 levels/,
  ],
  [
    'a thousand levels of aliases',
    Array.from(
      { length: 1_000 },
      (_, level) => `a${level}: &a${level} [${level > 0 ? `*a${level - 1}` : ''}]`,
    ).join('\n'),
    'yard.yaml:1:1',
    /nested deeper than 100 levels/,
  ],
]

for (const [title, text, path, message] of MALFORMED) {
  t.test(`${title} is a problem with its place`, async (t) => {
    t.match(problemsOf(text, 'invalid-argument').slice(0, 1), [{ path, message }])
  })
}

t.test('aliases that expand to a million values are rejected, and 200 of one anchor are not', async (t) => {
  const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef']) {
    levels.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`)
  }
  t.match(problemsOf(levels.join('\n'), 'invalid-argument'), [
    { path: 'yard.yaml:1:1', message: /more than 1000000 values with its aliases/ },
  ])
  const fleets = Array.from({ length: 200 }, (_, index) => `  f${index}: *fleet`)
  const text = `version: 1\nupstreams: {}\nroutes: {}\nfleets:\n  f: &fleet { kind: envoy, lb: { mode: l7, policy: random }, listeners: {} }\n`
  t.equal(Object.keys(parseConfig(text + fleets.join('\n'), 'yard.yaml').fleets).length, 201)
})

t.test('a file is read, and its name is in its problems', async (t) => {
  const folder = testFolder(t)
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

t.test('a hundred levels are read', async (t) => {
  const text = `${'['.repeat(100)}${']'.repeat(100)}`
  t.match(problemsOf(text), [{ path: 'yard.yaml:1:1', message: /^must be a document/ }])
})

t.test(
  'a file with bytes that are not UTF-8 is rejected, and one with a byte order mark is read',
  async (t) => {
    const folder = testFolder(t)
    const latin1 = join(folder, 'latin1.yaml')
    const marked = join(folder, 'marked.yaml')
    await writeFile(latin1, Buffer.from('version: 1 # caf\u00e9', 'latin1'))
    await writeFile(marked, `\ufeff${stringify(sampleConfig())}`)
    await t.rejects(readConfigFile(latin1), {
      code: 'invalid-argument',
      message: /latin1\.yaml is not text in UTF-8/,
    })
    t.same(await readConfigFile(marked), sampleConfig())
  },
)

t.test('a missing file, or a folder, is reported as unreadable', async (t) => {
  const folder = testFolder(t)
  await t.rejects(readConfigFile(join(folder, 'missing.yaml')), {
    code: 'invalid-config',
    message: /^the configuration cannot be read: .*missing\.yaml/,
  })
  await t.rejects(readConfigFile(folder), { code: 'invalid-config', message: /cannot be read: EISDIR/ })
})
