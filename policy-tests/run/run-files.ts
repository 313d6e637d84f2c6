// Runs test files one after the other, on the same Envoys.

import { readFile } from 'node:fs/promises'
import { SwitchyardError } from '../../core/errors.ts'
import type { PolicyBed, RunResult } from '../result.ts'
import { readDocumentOf } from '../suite/read-document.ts'
import { readSuite } from '../suite/read-suite.ts'

/**
 * @param config a file that takes the place of the document that the test files name
 * @throws SwitchyardError about a file that is invalid or cannot be read, with all problems
 */
export async function runFiles(
  bed: PolicyBed,
  files: readonly string[],
  config?: string,
): Promise<RunResult> {
  const started = performance.now()
  const suites = await Promise.all(
    files.map(async (file) => {
      const suite = readSuite(await readText(file), file)
      return { suite, document: await readDocumentOf(suite, config) }
    }),
  )
  const results: RunResult[] = []
  for (const { suite, document } of suites) results.push(await bed.run(suite, document))
  return {
    cells: results.flatMap(({ cells }) => cells),
    milliseconds: performance.now() - started,
    envoy: results[0]?.envoy ?? '',
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `cannot read ${file}: ${reason}`, { cause })
  }
}
