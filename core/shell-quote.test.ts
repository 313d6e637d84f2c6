// Text as one word of a shell.

import { execFileSync } from 'node:child_process'
import t from 'tap'
import { shellQuoted } from './shell-quote.ts'

for (const text of ['', 'plain', 'two words', "it's", '$HOME `ls` "x" \\', '*\n;&']) {
  t.test(`a shell reads ${JSON.stringify(text)} as it is`, async (t) => {
    const read = execFileSync('sh', ['-c', `printf %s ${shellQuoted(text)}`], { encoding: 'utf8' })
    t.equal(read, text)
  })
}
