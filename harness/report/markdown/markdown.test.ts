// Markdown that says what the data says, and that Prettier leaves as it is.

import { check } from 'prettier'
import t from 'tap'
import { inline, paragraph, plain, tableText } from './markdown.ts'

const isClean = (text: string) => check(`${text}\n`, { parser: 'markdown', proseWrap: 'never' })

const HARD = [
  'plain',
  'round_robin and _this_ or snake_case_',
  '<script>alert(1)</script>',
  'a | b',
  '5 * 3 *bold*',
  '[link](x) `tick',
  'a & b &amp; c',
  'back\\slash',
  '# no head',
  '1. no list',
  '- no list',
  '+ no list',
  'x\ny',
  '~~a~~ ~b~',
  'p50 < 1 ms > 0',
  '',
]

t.test('a table of hard labels is clean and has each in its cell', async (t) => {
  const table = {
    columns: [{ title: 'label' }, { title: 'value', unit: 'ms', decimals: 1 }],
    rows: HARD.map((text, index) => [text, index * 100]),
  }
  const text = tableText(table, plain)
  t.ok(await isClean(text), text)
  t.equal(text.split('\n').length, HARD.length + 2)
})

t.test('a wide table is not aligned, a narrow one is', async (t) => {
  const narrow = tableText({ columns: [{ title: 'a' }, { title: 'b' }], rows: [['long label', 1]] })
  t.equal(narrow, ['| a          |   b |', '| ---------- | --: |', '| long label |   1 |'].join('\n'))
  const wide = tableText({ columns: [{ title: 'a' }, { title: 'b' }], rows: [['x'.repeat(80), 1]] })
  t.equal(wide, ['| a | b |', '| --- | --: |', `| ${'x'.repeat(80)} | 1 |`].join('\n'))
})

t.test('a paragraph is clean, whatever is in it', async (t) => {
  for (const text of HARD.filter((one) => one !== '')) t.ok(await isClean(paragraph(text)), text)
})

t.test('code and bold stay, and other marks are text', async (t) => {
  t.equal(inline('a `b_c` **d** *e*'), 'a `b_c` **d** \\*e\\*')
  t.equal(inline('`a|b`'), '`a|b`')
  t.equal(paragraph('1. `a` # b'), '1\\. `a` # b')
  t.equal(paragraph('+ c'), '\\+ c')
  t.equal(tableText({ columns: [{ title: 'c' }], rows: [['`a|b`']] }).split('\n')[2], '| `a\\|b` |')
})
