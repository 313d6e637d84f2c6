// Reads the truth table, which is a test file of `yard test`.

import { fileURLToPath } from 'node:url'
import { readFiles, type TestFile } from '../../policy-tests/run/run-files.ts'

export const TRUTH_TABLE = fileURLToPath(new URL('../policies/truth-table.test.yaml', import.meta.url))

export async function readTruthTable(): Promise<TestFile> {
  const [table] = await readFiles([TRUTH_TABLE])
  if (table === undefined) throw new Error(`${TRUTH_TABLE} has no tests`)
  return table
}

/** The row that a caller is about, such as `S16`: by an attack, or by its accepted twin. */
export function rowOf({ caller }: { readonly caller: string }): string | undefined {
  return /^(?:accepted twin of )?(S\d+)\b/.exec(caller)?.[1]
}

export function isAttack(cell: { readonly caller: string }): boolean {
  return /^S\d+: /.test(cell.caller)
}
