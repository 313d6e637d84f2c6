// Writes the table of all decisions about a name, so that a reader sees every case and a change of a rule shows what it changes.

import { decide, type Facts, HELD_CASES } from '../../xds-server/type-state/decide.ts'

type Row = Pick<Facts, 'isWanted' | 'held'>
type Column = Omit<Facts, keyof Row>

const BOTH = [false, true] as const

/** What is wanted and what the client has. A client cannot have the same as what is not wanted. */
const ROWS: readonly Row[] = BOTH.flatMap((isWanted) =>
  HELD_CASES.filter((held) => isWanted || held !== 'same').map((held) => ({ isWanted, held })),
)

const COLUMNS: readonly Column[] = BOTH.flatMap((isRequested) =>
  BOTH.flatMap((isNacked) =>
    BOTH.flatMap((mustWait) => BOTH.map((isRemovable) => ({ isRequested, isNacked, mustWait, isRemovable }))),
  ),
)

/** Every combination of facts that can be. */
export function allFacts(): readonly Facts[] {
  return ROWS.flatMap((row) => COLUMNS.map((column) => ({ ...row, ...column })))
}

/** The table as Markdown: a row for what is wanted and what the client has, a column for each combination of the other facts. */
export function decisionTable(): string {
  return [
    '# Decisions',
    '',
    'What a push does about one resource name: every case of `decide` in decide.ts. `npm run docs` writes this file.',
    '',
    'The columns have a letter for each fact that holds: **Q** the client asked for the name, **N** it NACKed exactly what is wanted, **W** the name must wait, **R** nothing uses the name, so it is removable.',
    '',
    line(['wanted', 'client has', ...COLUMNS.map(headOf)]),
    line(['---', '---', ...COLUMNS.map(() => '---')]),
    ...ROWS.map((row) =>
      line([
        row.isWanted ? 'yes' : 'no',
        row.held,
        ...COLUMNS.map((column) => decide({ ...row, ...column })),
      ]),
    ),
    '',
  ].join('\n')
}

function headOf({ isRequested, isNacked, mustWait, isRemovable }: Column): string {
  const letters = [isRequested && 'Q', isNacked && 'N', mustWait && 'W', isRemovable && 'R']
  return letters.filter((letter) => letter !== false).join('') || '–'
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
