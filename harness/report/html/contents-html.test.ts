// The list of contents.

import t from 'tap'
import { contentsHtml } from './contents-html.ts'

t.test('sections of one part stand below its name, and others beside it', async (t) => {
  const { text } = contentsHtml([
    { id: 'answer', title: 'The answer' },
    { id: 'part-1', title: 'Frames', part: 'On the wire' },
    { id: 'part-2', title: 'Headers', part: 'On the wire' },
    { id: 'part-3', title: 'Windows', part: 'Flow control' },
  ])
  const link = (id: string, title: string) => `<li><a href="#${id}">${title}</a></li>`
  t.equal(
    text,
    `<ol>${link('answer', 'The answer')}<li class="part"><span>On the wire</span><ol>${link('part-1', 'Frames')}${link('part-2', 'Headers')}</ol></li><li class="part"><span>Flow control</span><ol>${link('part-3', 'Windows')}</ol></li></ol>`,
  )
})
