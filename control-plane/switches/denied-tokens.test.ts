// Files of denied tokens: what is wrong with one is found before it is used, with its place, and what cannot be read denies everything.

import t from 'tap'
import { deniedClaimsOf, deniedFiles, deniedProblems, MOST_DENIED } from './denied-tokens.ts'

const FILE = 'denied-tokens.yaml'
const problemsOf = (content: string | Uint8Array, ids: readonly string[] = []) => {
  const [file] = deniedFiles({ main: { ids: [...ids], file: FILE } })
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return file?.check?.(bytes).map(({ steps, message }) => `${steps.join('.')}: ${message}`)
}
const listed = (count: number) => JSON.stringify({ ids: Array.from({ length: count }, (_, at) => `t-${at}`) })

t.test('a file has ids and subjects, in YAML or JSON', async (t) => {
  for (const text of ['ids: [a-1]\nsubjects: [mallory]\n', '{"ids":["a-1"]}', '{}', 'ids: []']) {
    t.same(problemsOf(text), [], text)
  }
})

t.test('what is wrong with it has its place', async (t) => {
  const wrong = [
    ['', /not a map/],
    ['[a-1]', /not a map/],
    ['ids: a-1', /ids is not a list/],
    ['idz: [a-1]', /unknown field "idz"/],
    ['ids:\n  - a-1\n  - 17', /line 3, column 5: ids\.1 must be a text/],
    ['ids: [""]', /ids\.0 must be a text/],
    [`ids: ["${'a'.repeat(257)}"]`, /ids\.0 must be a text/],
    ['ids: [a-1]\nids: [a-2]', /line 2, column 1/],
    ['ids: [a-1', /line 1/],
    [Uint8Array.of(0xff), /UTF-8/],
    ['['.repeat(100_000), /nested too deep|line 1/],
  ] as const
  for (const [content, problem] of wrong) {
    const found = problemsOf(content) ?? []
    t.match(found[0], /^denied\.main\.file: /, String(content).slice(0, 40))
    t.match(found.join(), problem)
  }
})

t.test('the document and the file together have a limit', async (t) => {
  t.same(problemsOf(listed(MOST_DENIED)), [])
  t.match(problemsOf(listed(MOST_DENIED), ['one']), [/makes 10001/])
  const ids = Array.from({ length: MOST_DENIED }, (_, at) => `t-${at}`)
  t.same([...deniedProblems({ main: { ids } }, ['main'])], [])
  t.match(
    [...deniedProblems({ main: { ids, subjects: ['mallory'] } }, ['main'])],
    [{ message: /makes 10001/ }],
  )
})

t.test('both count, and what cannot be read denies every token of the issuer', async (t) => {
  const denied = { ids: ['a-2'], file: FILE }
  const withFile = (text: string) => deniedClaimsOf(denied, new Map([[FILE, Buffer.from(text)]]))
  t.same(withFile('ids: [a-1]\nsubjects: [mallory]'), {
    jti: ['a-1', 'a-2'],
    sub: ['mallory'],
    everything: false,
  })
  t.match(withFile(''), { jti: ['a-2'], everything: true })
})
