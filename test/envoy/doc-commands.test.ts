// A reader's path through the pages, with one testbed: their commands run as they are written, and print what the pages show.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LITERALLY } from '../house/covered-command.ts'
import { DOC_COMMANDS } from '../house/doc-commands.ts'
import { openShell } from '../support/doc-shell.ts'
import { type Block, blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const root = new URL('../..', import.meta.url)
const readPage = (path: string) => readFileSync(new URL(path, root), 'utf8')

const PAGE = 'docs/first-fifteen-minutes.md'

/** What differs from run to run: numbers, the width of columns, and which Envoy answers first. */
function shapeOf(output: string): string {
  return output
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/#login=\S+/g, '#login=CODE')
    .replaceAll(/\d[\d.,]*/g, '0')
    .replaceAll(/\S*…/g, '…')
    .replaceAll(/ +/g, ' ')
    .trim()
}

/** The edits that the page asks for before each `yard apply`, and the exit code that it names. */
const EDITS: readonly (readonly [from: string, to: string, code: number])[] = [
  ['policy: round_robin\n', 'policy: round_robbin\n', 2],
  ['policy: round_robbin\n', 'policy: maglev\n      tableSize: 65536\n', 4],
  ['tableSize: 65536\n', 'tableSize: 65537\n', 0],
]

/** Each command of the page with the blocks of output behind it. */
function stepsOf(blocks: readonly Block[]): readonly { command: string; shown: string }[] {
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== 'sh') return []
    const next = blocks[index + 1]
    const commands = text.trim().split('\n')
    const shown = next?.language === 'text' ? next.text : ''
    return commands.map((command, at) => ({ command, shown: at === commands.length - 1 ? shown : '' }))
  })
}

t.test('the first fifteen minutes, and the commands of other pages', async (t) => {
  if (!requireTool(t, 'envoy') || !requireTool(t, 'curl')) return
  const folder = testFolder(t)
  const shell = openShell(t, folder)
  const blocks = blocksOf(readPage(PAGE))
  const file = join(folder, 'my.yaml')
  const edits = [...EDITS]
  let admin = ''
  let before = ''
  for (const { command, shown } of stepsOf(blocks)) {
    if (DOC_COMMANDS[PAGE]?.[command]?.[0] !== LITERALLY) continue
    if (command === 'npx yard up') {
      const output = await shell.start(command, 'Running until Ctrl-C')
      t.ok(shapeOf(output).endsWith(shapeOf(shown)), command, { output })
      admin = /http:\/\/([\d.:]+)/.exec(output)?.[1] ?? ''
      continue
    }
    const edit = command.includes('apply') ? edits.shift() : undefined
    if (edit !== undefined) {
      const [from, to] = edit
      const saved = readFileSync(file, 'utf8')
      t.ok(saved.includes(from), `the file has ${from}`)
      writeFileSync(file, saved.replace(from, to))
    }
    const { code, output } = await shell.run(command.replace('127.0.0.1:42221', admin))
    t.equal(code, edit?.[2] ?? 0, command, { output })
    // Two commands in one block have their outputs in one.
    if (shown !== '') t.equal(shapeOf(before + output), shapeOf(shown), command)
    before = shown === '' ? output : ''
    if (command.startsWith('curl')) t.match(output, /"revision":/)
    if (command.includes('> my.yaml')) {
      const [lines] = blocks.filter(({ language }) => language === 'yaml')
      t.match(readFileSync(file, 'utf8'), lines?.text, 'the lines that the page tells to find')
    }
  }
  t.strictSame(edits, [], 'each edit was applied')

  for (const page of ['README.md', 'docs/yard.md']) {
    for (const [command, [test]] of Object.entries(DOC_COMMANDS[page] ?? {})) {
      if (test !== LITERALLY) continue
      const { code, output } = await shell.run(command.replace(/127\.0\.0\.1:(PORT|42221)/, admin))
      t.equal(code, 0, `${page}: ${command}`, { output })
      if (command.startsWith('curl')) t.match(output, /"revision":/)
    }
  }
})
