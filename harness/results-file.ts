// Reads and writes results.json. A write replaces the file as a whole, so that an interruption leaves the old one or the new one.

import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Static, TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { type Problem, SwitchyardError } from '../core/errors.ts'
import { type Results, ResultsSchema, type RunResult } from './results.ts'

export const RESULTS_FILE = 'results.json'

/**
 * Reads the results of a folder, or of a file.
 * @throws SwitchyardError `not-found` without such a file, `invalid-argument` with all problems if it has no results
 */
export async function readResults(folderOrFile: string): Promise<Results> {
  const file = folderOrFile.endsWith('.json') ? folderOrFile : join(folderOrFile, RESULTS_FILE)
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new SwitchyardError(
      'not-found',
      `cannot read ${file} (${cause.code}): name a folder that "yard scenario run" has written`,
      { cause },
    )
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SwitchyardError('invalid-argument', `${file} is not JSON: ${(cause as Error).message}`, {
      cause,
    })
  }
  return requireValid(ResultsSchema, value, `${file} has no results of a scenario in format 1:`)
}

/** A run is a line, because it may have thousands of numbers. */
export async function writeResults(folder: string, results: Results): Promise<void> {
  const file = join(folder, RESULTS_FILE)
  const { runs, ...rest } = results
  const head = JSON.stringify(rest, undefined, 2).replace(/\n}$/, '')
  await writeFile(`${file}.partial`, `${head},\n  "runs": [\n${runs.map(lineOf).join(',\n')}\n  ]\n}\n`)
  await rename(`${file}.partial`, file)
}

/** The file is written after each run: those before have not changed. */
const lines = new WeakMap<RunResult, string>()

function lineOf(run: RunResult): string {
  const line = lines.get(run) ?? JSON.stringify(run)
  lines.set(run, line)
  return line
}

/** The value, if it fits. @throws SwitchyardError `invalid-argument` with the message and all problems */
export function requireValid<S extends TSchema>(schema: S, value: unknown, message: string): Static<S> {
  if (Check(schema, value)) return value
  const problems: readonly Problem[] = Errors(schema, value).map(({ instancePath, message }) => ({
    path: instancePath.slice(1).replaceAll('/', '.') || 'the whole',
    message,
  }))
  throw new SwitchyardError('invalid-argument', message, { problems })
}
