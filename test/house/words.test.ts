// Checks all text of the tree for patterns of the old style, and the patterns with made-up lines.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { readTree } from './read-tree.ts'
import { ALLOWED, findOldWords, OLD_PATTERNS } from './words.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** These files contain the patterns. */
const OWN_FILES = ['test/house/words.ts', 'test/house/words.test.ts']

function readTexts() {
  const files = readTree(['md', 'ts', 'tsx', 'js', 'go', 'py', 'proto', 'rego'])
  return files.filter(({ path }) => !OWN_FILES.includes(path))
}

t.test('the text of the tree has no sentence of the old style', async (t) => {
  const files = readTexts()
  for (const folder of ['docs/', 'xds-server/', 'test/']) {
    t.ok(
      files.some(({ path }) => path.startsWith(folder)),
      `${folder} is checked`,
    )
  }
  t.strictSame(findOldWords(files), [])
})

t.test('each allowed text is still in its file', async (t) => {
  for (const [path, texts] of Object.entries(ALLOWED)) {
    const text = readFileSync(join(root, path), 'utf8')
    for (const one of texts) t.ok(text.includes(one), `${path}: ${one}`)
  }
})

/** A line in plain words, and its twin in the old style. */
const twins = [
  ['The names that a client requests.', 'Names, of which a client has a claim.'],
  ['All types except secrets.', 'All types but for secrets.'],
  ['The status reports an unknown type.', 'A type nobody serves is told.'],
  ['The table size is not prime.', 'A prime number 65536 is none.'],
  ['For clients that reconnect.', 'For who comes again.'],
  ['A certificate with a name.', 'A certificate, one that bears a name.'],
  ['Each certificate has a SAN.', 'A SAN must be borne.'],
  ['No decision is available.', 'No decision is to be had.'],
  ['The beginning of a call.', 'The begin of a call.'],
  ['The flag overrides the file.', 'The flag goes before the file.'],
  ['A list instead of a map.', 'A list in place of a map.'],
  ['A list instead of a map.', 'A list in the place of a map.'],
  ['It is no longer served.', 'It is served no more.'],
  ['A backend dies, without health checks.', 'A backend dies, and nobody looks.'],
  ['While a revision is pending.', 'While a revision is on trial.'],
  ['The contents of the file.', 'What stands in the file.'],
  ['After that number of calls.', 'After so many calls.'],
  ['Fix the file.', 'Mend the file.'],
  ['The certificate is invalid.', 'The certificate is unfit.'],
  ["Envoy's error text.", 'In its own words.'],
  ['Use one of: edge.', 'There is no fleet: known are edge.'],
  ['An unknown field.', 'The field is not known here.'],
  ['Clients that support it.', 'Clients that honor it.'],
  ['Unknown fields are ignored.', 'Unknown fields are passed over.'],
  ['The peer died silently.', 'The peer died without a word.'],
] as const

t.test('every pattern has twins: a plain line is accepted, an old one is found', async (t) => {
  for (const [plain, old] of twins) {
    t.strictSame(findOldWords([{ path: 'a.md', text: plain }]), [], plain)
    t.match(findOldWords([{ path: 'a.md', text: `x\n${old}` }])[0], /^a\.md:2: "/, old)
  }
  for (const { pattern } of OLD_PATTERNS) {
    t.ok(
      twins.some(([, old]) => pattern.test(old)),
      `${pattern} has a twin`,
    )
  }
})

t.test('in TypeScript, comments and strings count and code does not', async (t) => {
  const found = (text: string) => findOldWords([{ path: 'a.ts', text }]).length
  t.equal(found('const isOf = mend(x)'), 0)
  t.equal(found("throw new Error('mend the file')"), 1)
  t.equal(found('const x = 1 // mend the file'), 1)
  t.equal(found(' * All but for one.'), 1)
})

t.test('in Python, a test for None is code', async (t) => {
  t.strictSame(findOldWords([{ path: 'a.py', text: 'if answer is None:' }]), [])
  t.equal(findOldWords([{ path: 'a.py', text: '    # of a prime number there is none' }]).length, 1)
})

t.test('an allowed text is skipped in its file and nowhere else', async (t) => {
  const allowed = { 'a.md': ['polar bears'] }
  t.strictSame(findOldWords([{ path: 'a.md', text: 'polar bears' }], allowed), [])
  t.equal(findOldWords([{ path: 'b.md', text: 'polar bears' }], allowed).length, 1)
  t.equal(findOldWords([{ path: 'a.md', text: 'it bears a name' }], allowed).length, 1)
})
