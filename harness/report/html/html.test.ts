// HTML from text.

import t from 'tap'
import { escapeHtml, html, trusted } from './html.ts'
import { inlineHtml } from './inline-text.ts'

t.test('text is escaped, also in an attribute, and HTML is not', async (t) => {
  t.equal(html`<b title="${'"&'}">${'<script>'}</b>`.text, '<b title="&quot;&amp;">&lt;script&gt;</b>')
  t.equal(html`<p>${html`<i>${1}</i>`}${trusted('&nbsp;')}</p>`.text, '<p><i>1</i>&nbsp;</p>')
})

t.test('nothing comes of undefined and false, and lists are joined', async (t) => {
  t.equal(html`${undefined}${false}${['a', [html`<br>`, 'b']]}${0}`.text, 'a<br>b0')
})

t.test('characters that HTML does not allow are replaced', async (t) => {
  t.equal(escapeHtml('a\u0000b\u001bc\ud800d\n\u{1f600}'), 'a\ufffdb\ufffdc\ufffdd\n\u{1f600}')
})

t.test('code and bold are the only marks of a text', async (t) => {
  t.equal(
    inlineHtml('a `b<` **c `d`** *e* [f](g)').text,
    'a <code>b&lt;</code> <strong>c <code>d</code></strong> *e* [f](g)',
  )
  t.equal(inlineHtml('`open **too').text, '`open **too')
})
