// The public face of the library: its report in git, its comments, and the code in them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { serverOptionProblems, type XdsServerOptions } from '../xds-server/services/server-options.ts'
import { makeApiReport, REPORT_FILE } from './api-report.ts'
import { buildLibrary } from './build-library.ts'
import { checkExamples } from './check-examples.ts'
import { readApi } from './read-api.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = testFolder(t)
await buildLibrary(folder)
const api = await readApi(folder)

t.test('the report in git is that of the sources', async (t) => {
  t.equal(readFileSync(REPORT_FILE, 'utf8'), await makeApiReport(folder), 'if not, run: npm run docs:api')
})

t.test('every export has a comment with an example', async (t) => {
  for (const name of ['SnapshotCache', 'startXdsServer', 'NodeStatus', 'CLUSTER', 'XdsEvent']) {
    t.ok(
      api.some((one) => one.name === name),
      name,
    )
  }
  const bare = api.filter(({ summary, examples }) => summary === '' || examples.length === 0)
  t.strictSame(bare, [])
  const foreign = api.filter(
    ({ name, examples }) => !examples.every((code) => code.includes(name) || usesEvent(code)),
  )
  t.strictSame(foreign, [], 'an example uses what it explains')
})

/** Types of events and streams are seen where they arrive. */
const usesEvent = (code: string) => code.includes('cache.onEvent(')

t.test('docs/library.md lists every option of the server', async (t) => {
  const unknown = serverOptionProblems({ misspelled: 1 } as unknown as XdsServerOptions)
  const [, known = ''] = /Use one of: (.*)$/.exec(`${unknown.at(-1)?.message}`) ?? []
  const guide = readFileSync(join(root, 'docs/library.md'), 'utf8')
  const [, listed = ''] = /`startXdsServer\(\{ (cache, address, [^}]*) \}\)`/.exec(guide) ?? []
  t.strictSame(listed.replaceAll('?', '').split(', '), known.split(', '), 'in the same order')
})

/** The TypeScript of a document, block by block. */
function blocksOf(document: string): (readonly [string, string])[] {
  const blocks = readFileSync(join(root, document), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, code = ''], index) => [`${document.replaceAll(/\W/g, '-')}-${index}`, code])
}

t.test('the examples of comments and documents compile', async (t) => {
  const documents = ['README.md', 'docs/library.md', 'packaging/README.md']
  const examples = new Map([
    ...api.flatMap(({ name, examples }) => examples.map((code, at) => [`${name}-${at}`, code] as const)),
    ...documents.flatMap(blocksOf),
  ])
  t.ok(examples.size > api.length, 'documents have examples too')
  t.strictSame(await checkExamples(folder, examples), [])
})

t.test('an example with a wrong type or a wrong import does not compile', async (t) => {
  const examples = new Map([
    ['right', `import { CLUSTER } from 'switchyard'\ncache.getSnapshot(CLUSTER)\n`],
    ['wrong-type', `cache.getSnapshot(1)\n`],
    ['wrong-import', `import { NoSuchName } from 'switchyard'\n`],
  ])
  const complaints = await checkExamples(folder, examples)
  t.match(complaints.sort(), [/^wrong-import\.ts.*NoSuchName/, /^wrong-type\.ts.*number/])
})
