// The page of the threat model against the tests: each line names some, they exist and have the codes, and no code is missing.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A test and the codes behind it: `` `policies/opa.test.ts` (S34, S36) ``. */
const NAMED = /`([^`]+\.test\.(?:ts|yaml))`(?: \(([^)]+)\))?/g

/** What is wrong with the lines of the tables: `LINE: …`. */
function problemsOf(page: string, read: (path: string) => string | undefined): string[] {
  return page.split('\n').flatMap((line, index) => {
    const cells = line.startsWith('|') ? line.split('|').slice(1, -1) : []
    const last = cells.at(-1)?.trim() ?? ''
    if (cells.length === 0 || last === 'shown by' || /^-+$/.test(last)) return []
    const named = [...last.matchAll(NAMED)]
    if (named.length === 0) return [`${index + 1}: no test shows it: move it to "Not defended"`]
    return named.flatMap(([, path = '', codes]) => {
      const text = read(path)
      if (text === undefined) return [`${index + 1}: ${path} does not exist`]
      const missing = (codes?.split(', ') ?? []).filter((code) => !new RegExp(`${code}[:,]`).test(text))
      return missing.map((code) => `${index + 1}: no title in ${path} begins with ${code}`)
    })
  })
}

function readTest(path: string): string | undefined {
  const found = [`test/${path}`, path].map((one) => `${root}${one}`).find((one) => existsSync(one))
  return found && readFileSync(found, 'utf8')
}

t.test('each line of the threat model has tests that exist and have its codes', async (t) => {
  const page = readFileSync(`${root}docs/security/threat-model.md`, 'utf8')
  t.ok([...page.matchAll(NAMED)].length > 50, 'tests are found')
  t.strictSame(problemsOf(page, readTest), [])
})

t.test(
  'the threat model has each attack and guarantee that titles in test/policies/ begin with',
  async (t) => {
    const page = readFileSync(`${root}docs/security/threat-model.md`, 'utf8')
    const titles = globSync('test/policies/*.test.{ts,yaml}', { cwd: root }).flatMap((file) => [
      ...readFileSync(`${root}${file}`, 'utf8').matchAll(/['"`](S\d+):/g),
    ])
    const codes = [...new Set(titles.map(([, code = '']) => code))]
    t.ok(codes.length > 60, 'codes are found')
    t.strictSame(
      codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(page)),
      [],
    )
  },
)

t.test('a line without a test, with a missing one, or with another code is found', async (t) => {
  const read = (path: string) => (path === 'a.test.ts' ? "t.test('S1: a call', …)" : undefined)
  const page = (shown: string) => `| may | shown by |\n| --- | --- |\n| call | ${shown} |`
  t.strictSame(problemsOf(page('`a.test.ts` (S1)'), read), [])
  t.match(problemsOf(page(''), read), [/^3: no test shows it/])
  t.match(problemsOf(page('`b.test.ts`'), read), [/^3: b\.test\.ts does not exist/])
  t.match(problemsOf(page('`a.test.ts` (S1, S2)'), read), [/^3: .* begins with S2$/])
})
