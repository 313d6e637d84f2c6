// The desired state as a YAML file: each problem has its line and column.

import { readFile } from 'node:fs/promises'
import { type ErrorCode, type Problem, SwitchyardError } from '../../core/errors.ts'
import type { Config } from './model.ts'
import { firstProblems, formatSteps, type PlacedProblem } from './problem.ts'
import { decodeUtf8 } from './utf8.ts'
import { checkConfig } from './validate.ts'
import { warningsOf } from './warnings.ts'
import { parseYaml } from './yaml-document.ts'

/** Reads and validates a file. @throws SwitchyardError `invalid-config` if it cannot be read, or as `parseConfig`. */
export async function readConfigFile(file: string): Promise<Config> {
  const text = decodeUtf8(await readBytes(file))
  if (text !== undefined) return parseConfig(text, file)
  throw new SwitchyardError('invalid-argument', `${file} is not text in UTF-8: save it in that encoding`)
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SwitchyardError('invalid-config', `the configuration cannot be read: ${reason}`, {
      cause: error,
    })
  }
}

/** What is wrong with a configuration beside what the document itself shows, such as patches that do not apply. */
export type FurtherCheck = (config: Config) => readonly PlacedProblem[]

/**
 * What is valid in a YAML (or JSON) text and has no effect for some clients, with paths as `parseConfig` has them.
 * @throws SwitchyardError as `parseConfig` does
 */
export function warningsIn(text: string, source: string, check?: FurtherCheck): readonly Problem[] {
  const document = parseYaml(text)
  return warningsOf(parseConfig(text, source, check)).map(({ steps, message }) => ({
    path: `${source}:${document.placeOf(document.offsetOf(steps))} ${formatSteps(steps)}`.trimEnd(),
    message,
  }))
}

interface PlacedInText {
  readonly offset: number
  readonly path: string
  readonly message: string
}

/**
 * The configuration in a YAML (or JSON) text.
 * @param check runs if the document itself is valid
 * @param source the name of the text; paths of problems are `SOURCE:LINE:COLUMN path.in.the.document`
 * @throws SwitchyardError `invalid-argument` if the text is malformed, `invalid-config` if the document is invalid; with all
 * problems, in the order of the text
 */
export function parseConfig(text: string, source: string, check: FurtherCheck = () => []): Config {
  const document = parseYaml(text)
  const reject = (code: ErrorCode, summary: string, found: readonly PlacedInText[]): never => {
    const placed = found
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, path, message }) => ({
        path: `${source}:${document.placeOf(offset)} ${path}`.trimEnd(),
        message,
      }))
    throw new SwitchyardError(code, summary, { problems: firstProblems(placed) })
  }

  if (document.problems.length > 0) {
    const problems = document.problems.map((one) => ({ ...one, path: '' }))
    return reject('invalid-argument', `${source} is not valid YAML`, problems)
  }
  const checked = checkConfig(document.value)
  const found = 'config' in checked ? check(checked.config) : checked.problems
  if ('config' in checked && found.length === 0) return checked.config
  const problems = found.map(({ steps, message }) => ({
    offset: document.offsetOf(steps),
    path: formatSteps(steps),
    message,
  }))
  return reject('invalid-config', `${source} is not a valid configuration`, problems)
}
