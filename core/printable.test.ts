// What is left of text that would take over a terminal.

import t from 'tap'
import { printable, printableValue, printableWithColors } from './printable.ts'

const HARMFUL: readonly [title: string, text: string, shown: string][] = [
  ['the title of the window', '\x1b]0;owned\x07', '\\u001b]0;owned\\u0007'],
  ['an erased line', 'bad\r\x1b[2Kgood', 'bad\\u000d\\u001b[2Kgood'],
  ['C1 controls', '\x9b2K', '\\u009b2K'],
  ['a backspace', 'no\b\bok', 'no\\u0008\\u0008ok'],
  ['text from right to left', '\u202etxt.exe', '\\u202etxt.exe'],
  ['half a surrogate pair', 'a\ud800b', 'a\\ud800b'],
]

for (const [title, text, shown] of HARMFUL) {
  t.test(`S67: ${title} is printed as escapes`, async (t) => {
    t.equal(printable(text), shown)
    t.equal(printableWithColors(text), shown)
    t.same(printableValue({ [text]: [text], n: 1, d: null }), { [shown]: [shown], n: 1, d: null })
  })
}

t.test('S67: ordinary text stays as it is', async (t) => {
  const text = 'line 1\n\tüber – 漢字 👩‍🚀 {"a": 1}'
  t.equal(printable(text), text)
})

t.test('S67: colors stay where we print them ourselves, and hidden or black text never', async (t) => {
  const colored = '\x1b[31mbad\x1b[39m'
  t.equal(printableWithColors(colored), colored)
  t.equal(printable(colored), '\\u001b[31mbad\\u001b[39m')
  for (const code of [8, 30, 40, 7])
    t.notOk(printableWithColors(`\x1b[${code}mx`).includes('\x1b'), `${code}`)
})

t.test('S67: maps and dates go through whole', async (t) => {
  const date = new Date(0)
  t.equal(printableValue({ date }).date, date)
})
