// The desired state as a YAML file: each problem has its line and column.

import { readFile } from 'node:fs/promises'
import { SwitchyardError } from '../../core/errors.ts'
import type { Config } from './model.ts'
import { formatSteps } from './problem.ts'
import { checkConfig } from './validate.ts'
import { parseYaml } from './yaml-document.ts'

/** Reads and validates a file. @throws SwitchyardError `invalid-config` if it cannot be read, or as `parseConfig`. */
export async function readConfigFile(file: string): Promise<Config> {
  return parseConfig(await readText(file), file)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SwitchyardError('invalid-config', `the configuration cannot be read: ${reason}`, {
      cause: error,
    })
  }
}

/**
 * The configuration in a YAML (or JSON) text.
 * @param source the name of the text; paths of problems are `SOURCE:LINE:COLUMN path.in.the.document`
 * @throws SwitchyardError `invalid-config` with all problems, in the order of the text
 */
export function parseConfig(text: string, source: string): Config {
  const document = parseYaml(text)
  const reject = (found: readonly { offset: number; path: string; message: string }[]): never => {
    const problems = found
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, path, message }) => ({
        path: `${source}:${document.placeOf(offset)} ${path}`.trimEnd(),
        message,
      }))
    throw new SwitchyardError('invalid-config', `${source} is not a valid configuration`, { problems })
  }

  if (document.problems.length > 0) return reject(document.problems.map((one) => ({ ...one, path: '' })))
  const checked = checkConfig(document.value)
  if ('config' in checked) return checked.config
  return reject(
    checked.problems.map(({ steps, message }) => ({
      offset: document.offsetOf(steps),
      path: formatSteps(steps),
      message,
    })),
  )
}
