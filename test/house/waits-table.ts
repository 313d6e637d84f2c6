// Writes the table of the reasons why answers to names wait, so that a reader sees every case.

import { ANSWERS, type WaitFacts, waitOf } from '../../xds-server/streams/waiting.ts'

type Column = Omit<WaitFacts, 'answer'>

const BOTH = [false, true] as const

const COLUMNS: readonly Column[] = BOTH.flatMap((isLookedUp) =>
  BOTH.flatMap((hasWaited) =>
    BOTH.flatMap((isReached) => BOTH.map((isFull) => ({ isLookedUp, hasWaited, isReached, isFull }))),
  ),
)

/** The table as Markdown: a row for each kind of answer, a column for each combination of the other facts. */
export function waitsTable(): string {
  return [
    '# Waits',
    '',
    'Why an answer to a requested name waits: every case of `waitOf` in waiting.ts. `npm run docs` writes this file.',
    '',
    'The columns have a letter for each fact that holds: **L** the lookup of the name is not over, **H** the answer has waited before, **R** the push leads to the answer or the client has it, **F** the response has no room for another alias.',
    '',
    line(['answer', ...COLUMNS.map(headOf)]),
    line(['---', ...COLUMNS.map(() => '---')]),
    ...ANSWERS.map((answer) => line([answer, ...COLUMNS.map((column) => waitOf({ answer, ...column }))])),
    '',
  ].join('\n')
}

function headOf({ isLookedUp, hasWaited, isReached, isFull }: Column): string {
  const letters = [isLookedUp && 'L', hasWaited && 'H', isReached && 'R', isFull && 'F']
  return letters.filter((letter) => letter !== false).join('') || '–'
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
