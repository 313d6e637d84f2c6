// JSON texts: what `JSON.parse` alone would lose, with its path.

import t from 'tap'
import { parseJsonDocument } from './json-document.ts'
import { formatSteps } from './problem.ts'

function problemsOf(text: string): string[] {
  return parseJsonDocument(text).problems.map(({ steps, message }) => `${formatSteps(steps)}: ${message}`)
}

const GOOD = [
  '{"a":{"b":[1,{"c":2},{"c":3}]},"c":"a","d":[]}',
  '"{\\"a\\":1,\\"a\\":2}"',
  '{"x":"\\\\","y":"}","{}":[[],{}],"-1e400":"1e400"}',
  '-1.7e308',
  '[]',
]

for (const text of GOOD) {
  t.test(`${text} is read as it is`, async (t) => {
    t.same(parseJsonDocument(text), { problems: [], value: JSON.parse(text) })
  })
}

t.test('each key that is there twice is reported with its path, however it is written', async (t) => {
  t.same(problemsOf('{"a":1,"b":[{},{"c":1,"d":{},"\\u0063":2}],"a":3}'), [
    'b[1].c: is here twice: remove one of the two',
    'a: is here twice: remove one of the two',
  ])
})

t.test('a number that JSON has and JavaScript has not is reported with its path', async (t) => {
  t.same(problemsOf('{"a":[0,1e400,-1e400]}'), [
    'a[1]: 1e400 is beyond the largest number, which is about 1.8e308',
    'a[2]: -1e400 is beyond the largest number, which is about 1.8e308',
  ])
})

t.test('more than a hundred levels are reported with the first step only', async (t) => {
  const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  for (const text of [lists(100), objects(100)]) t.same(problemsOf(text), [])
  t.same(problemsOf(lists(101)), ['[0]: is nested deeper than 100 levels of objects and lists: flatten it'])
  t.same(problemsOf(objects(5_000)), ['a: is nested deeper than 100 levels of objects and lists: flatten it'])
})

t.test('malformed JSON is an error of the parser', async (t) => {
  t.throws(() => parseJsonDocument('{"a"'), SyntaxError)
})
