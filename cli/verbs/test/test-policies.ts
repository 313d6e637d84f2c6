// Runs test files of policies and prints their results; a failed cell is a failure of the program.

import { formatTable } from '../../../policy-tests/formats/table.ts'
import { openPolicyBed } from '../../../policy-tests/run/policy-bed.ts'
import { runFiles } from '../../../policy-tests/run/run-files.ts'

export interface TestFlags {
  readonly config?: string
}

const FAILED = 1

export async function testPolicies(files: readonly string[], { config }: TestFlags): Promise<void> {
  const bed = openPolicyBed()
  try {
    const result = await runFiles(bed, files, config)
    process.stdout.write(`${formatTable(result)}\n`)
    if (result.cells.some(({ passed }) => !passed)) process.exitCode = FAILED
  } finally {
    await bed.close()
  }
}
