// docs/guides/test-your-policies.md, from an empty folder: each command has the exit code and the output that the page shows.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandsOf } from '../house/doc-commands.ts'
import { openShell } from '../support/doc-shell.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const GUIDE = readFileSync(new URL('../../docs/guides/test-your-policies.md', import.meta.url), 'utf8')

/** Commands that fail on the page, by a part of them. */
const FAILING = ['--config next.yaml', 'orders.test.yaml --mutations\n']

/** Times, and the version of the Envoy, differ from one run to the next. */
const plain = (text: string) =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/ +\d+ {2}(?=ok|FAILED)/, ' N  ')
        .replace(/in [\d.]+ s on Envoy [\d.]+/, 'in N s')
        .replaceAll(/ {2,}/g, '  ')
        .trim(),
    )
    .filter((line) => line !== '')

t.test('the guide to tests of policies works, word by word', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const folder = testFolder(t)
  for (const { title, text } of blocksOf(GUIDE)) if (title !== '') writeFileSync(join(folder, title), text)
  const { run, start } = openShell(t, folder)
  // The lines that the page shows behind a command.
  const shown = blocksOf(GUIDE).filter(({ language }) => language === 'text')
  const outputs: string[] = []
  for (const command of commandsOf(GUIDE)) {
    if (command.includes('--watch')) {
      const output = await start(command, 'Watching')
      t.match(output, /11 passed, 0 failed/)
      continue
    }
    const { code, output } = await run(command)
    const isFailing = FAILING.some((part) => `${command}\n`.includes(part))
    t.equal(code, isFailing ? 1 : 0, command, { output })
    outputs.push(output)
    if (command.includes('--format github')) t.match(output, /^\d+ passed, 0 failed$/m)
  }
  t.match(
    readFileSync(join(folder, 'policies.xml'), 'utf8'),
    /<testsuites name="yard test" tests="12" failures="0"/,
  )
  // Paths are as the reader gave them, also where a protection is written.
  const { output } = await run('npx yard test orders.test.yaml --mutations --format junit')
  t.match(
    output,
    / name="jwt\.main\.audiences: [^"]*" classname="document\.yaml" file="document\.yaml" line="\d+"/,
  )
  const lines = new Set(outputs.flatMap(plain))
  for (const { text, line } of shown) {
    t.strictSame(
      plain(text).filter((one) => !lines.has(one)),
      [],
      `line ${line} of the page`,
    )
  }
})
