// Text in a regular expression.

import t from 'tap'
import { escapeRegex } from './escape-regex.ts'

t.test('what is escaped matches itself and nothing else', async (t) => {
  for (const text of ['plain', 'a.b', '^$*+?', '(x)[y]{2}|\\', 'certificate/edge']) {
    const whole = new RegExp(`^${escapeRegex(text)}$`, 'u')
    t.ok(whole.test(text), text)
    t.notOk(whole.test(`${text}x`), text)
  }
  t.notOk(new RegExp(escapeRegex('a.b')).test('axb'))
  t.equal(escapeRegex('a/b-c'), 'a/b-c', 'the rest stays readable')
})
