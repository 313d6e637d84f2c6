// A viewer of bytes on the page and in Markdown.

import t from 'tap'
import { sectionText } from '../markdown/section-text.ts'
import type { BytesSection } from '../section.ts'
import { sectionHtml } from './section-html.ts'

const SECTION: BytesSection = {
  kind: 'bytes',
  title: 'bytes',
  messages: [
    {
      label: 'an order <1>',
      hex: `0896011211${'61'.repeat(17)}`,
      pieces: [
        { at: 0, length: 1, part: 'tag', depth: 0, field: 'count', outermost: 1, type: '', text: 'field 1' },
        {
          at: 1,
          length: 2,
          part: 'value',
          depth: 0,
          field: 'count',
          outermost: 1,
          type: 'int32',
          text: '150',
        },
        { at: 3, length: 1, part: 'tag', depth: 0, field: 'name', outermost: 2, type: '', text: 'field 2' },
        { at: 4, length: 1, part: 'length', depth: 0, field: 'name', outermost: 2, type: '', text: '17' },
        {
          at: 5,
          length: 17,
          part: 'value',
          depth: 0,
          field: 'name',
          outermost: 2,
          type: 'string',
          text: '"aa…',
        },
      ],
    },
  ],
}

t.test(
  'O1.2: each byte is shown once for each width, with the color of its field and what it is',
  async (t) => {
    const { text } = sectionHtml(SECTION, 'a')
    const [wide = '', narrow = ''] = [...text.matchAll(/<div class="dump"[\s\S]*?<\/div><\/div>/g)].map(
      ([all]) => all,
    )
    for (const dump of [wide, narrow]) {
      const bytes = [...dump.matchAll(/<span class="byte [^>]*>([^<]*)</g)].flatMap(([, one = '']) =>
        one.split(' '),
      )
      t.equal(bytes.join(''), SECTION.messages[0]?.hex)
    }
    t.match(wide, '<span class="byte s0 tag" title="count · tag · field 1">08</span>')
    t.match(wide, /<span class="byte s1" title="name · value · string · &quot;aa…">/)
    t.equal(narrow.match(/dump-row/g)?.length, 3)
    t.match(text, 'an order &lt;1&gt;')
    t.match(text, /<th scope="row" class="place">1–2<\/th><td><span class="byte s0">96 01<\/span>/)
  },
)

t.test('O1.2: in Markdown, the bytes are a block, and what they are a table', async (t) => {
  const [, label, dump, table] = sectionText(SECTION)
  t.equal(label, '### an order \\<1>')
  t.equal(
    dump,
    '```text\n0000  08 96 01 12 11 61 61 61  61 61 61 61 61 61 61 61\n0010  61 61 61 61 61 61\n```',
  )
  t.match(table, /^\| 1–2 +\| 96 01 +\| count \| value +\| int32 +\| 150 +\|$/m)
  t.match(table, '61 61 61 61 61 61 61 61 …')
})

t.test('O1.2: without messages, a viewer says that nothing was measured', async (t) => {
  const empty: BytesSection = { ...SECTION, messages: [] }
  t.match(sectionHtml(empty, 'a').text, 'Nothing was measured')
  t.match(sectionText(empty).at(-1), 'Nothing was measured')
})
