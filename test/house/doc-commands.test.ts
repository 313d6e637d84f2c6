// Every command on a page is run by a test, and no page tells a person to run TypeScript with a Node that cannot.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { commandsOf, DOC_COMMANDS, findCommandProblems, WHOLE_PAGES } from './doc-commands.ts'
import { readTree } from './read-tree.ts'

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

t.test('every command of the pages is in the table with a test that runs it', async (t) => {
  const pages = readTree(['md'])
  t.ok(pages.some(({ path }) => path === 'docs/yard.md'))
  const tests = new Map(readTree(['test.ts']).map(({ path, text }) => [path, text]))
  t.strictSame(findCommandProblems(pages, DOC_COMMANDS, tests, Object.keys(scripts), WHOLE_PAGES), [])
})

t.test('commands are read without comments, and continued lines as one', async (t) => {
  const page =
    '```sh\n# a comment\nnpm test   # all\n\nnpx yard up \\\n  --keep\n```\n\n```text\nnpm start\n```\n'
  t.strictSame(commandsOf(page), ['npm test', 'npx yard up --keep'])
})

const TESTS = new Map([['a.test.ts', "run('up')"]])
const problemsOf = (text: string, rows: (typeof DOC_COMMANDS)[string]) =>
  findCommandProblems([{ path: 'a.md', text }], { 'a.md': rows }, TESTS, ['docs'])
const UP = '```sh\nnpx yard up\n```\n'

t.test('each rule has a page that follows it, and a twin that does not', async (t) => {
  t.strictSame(problemsOf(UP, { 'npx yard up': ['a.test.ts', "'up'"] }), [], 'the accepted twin')
  t.strictSame(problemsOf(UP, {}), ['a.md: "npx yard up" has no test'])
  t.strictSame(problemsOf(UP, { 'npx yard up': ['b.test.ts', "'up'"] }), [
    `a.md: b.test.ts, which is to run "npx yard up", has no 'up'`,
  ])
  t.strictSame(problemsOf('text', { 'npx yard up': ['a.test.ts', "'up'"] }), [
    'a.md: "npx yard up" is in the table, and not on the page',
  ])
  t.match(problemsOf('```bash\nls\n```\n', {}), ['a.md: line 1: write sh for commands'])
  t.strictSame(problemsOf('Run `npm start`.', {}), [])
  t.strictSame(problemsOf('Run `npx node control-plane/main.ts`.', {}), [])
  t.match(problemsOf('Run `node control-plane/main.ts`.', {}), ['a.md: line 1: a Node of version 20 cannot'])
  t.match(problemsOf('```sh\nnpm run doc\n```\n', { 'npm run doc': ['a.test.ts', 'up'] }), [
    'a.md: package.json has no script "doc"',
  ])
  t.strictSame(problemsOf('Run `npm run docs`, or `npm run …`.', {}), [], 'the accepted twin')
  t.strictSame(problemsOf('Run `npm run -s doc`.', {}), ['a.md: package.json has no script "doc"'])
  t.strictSame(findCommandProblems([], { 'a.md': {} }, TESTS, []), ['a.md: is in the table, and is no page'])
})

t.test('a test may run all commands of a page', async (t) => {
  const problems = (path: string, test: string) =>
    findCommandProblems([{ path: 'a.md', text: UP }], {}, TESTS, [], { [path]: [test, "'up'"] })
  t.strictSame(problems('a.md', 'a.test.ts'), [], 'the accepted twin')
  t.match(problems('a.md', 'b.test.ts'), [/^a\.md: b\.test\.ts, which is to run "npx yard up", has no 'up'/])
  t.match(problems('b.md', 'a.test.ts'), [
    'a.md: "npx yard up" has no test',
    'b.md: is in the table, and is no page',
  ])
})
