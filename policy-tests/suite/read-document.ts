// The document of a test file: a file beside it, or written in it.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { mergePatch } from '../../control-plane/admin/merge-patch.ts'
import { parseConfig } from '../../control-plane/document/file.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { checkConfig } from '../../control-plane/document/validate.ts'
import { findPatchProblems } from '../../control-plane/translate/translate.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { Suite } from './read-suite.ts'

/**
 * @param given a file that takes the place of the one that the test file names
 * @throws SwitchyardError `invalid-argument` or `invalid-config`, with all problems by line and column
 */
export async function readDocumentOf(
  { settings, file, folder, toProblems }: Suite,
  given?: string,
): Promise<Config> {
  const { document } = settings
  if (given === undefined && document === undefined) {
    const message = `${file} names no document: write document: FILE into it, or give --config FILE`
    throw new SwitchyardError('invalid-argument', message)
  }
  if (given === undefined && typeof document === 'object') {
    const checked = checkConfig(document)
    const problems = 'config' in checked ? findPatchProblems(checked.config) : checked.problems
    if ('config' in checked && problems.length === 0) return checked.config
    throw new SwitchyardError('invalid-config', `the document in ${file} is not a valid configuration`, {
      problems: toProblems(
        problems.map(({ steps, message }) => ({ steps: ['document', ...steps], message })),
      ),
    })
  }
  const path = given ?? resolve(folder, document as string)
  return parseConfig(await readText(path), path, findPatchProblems)
}

/**
 * The document with a change of the test file.
 * @throws SwitchyardError `invalid-config` with all problems at the place of the change
 */
export function withChange(document: Config, name: string, { settings, file, toProblems }: Suite): Config {
  const checked = checkConfig(mergePatch(document, settings.changes?.[name]))
  const found = 'config' in checked ? findPatchProblems(checked.config) : checked.problems
  if ('config' in checked && found.length === 0) return checked.config
  const problems = found.map(({ steps, message }) => ({
    steps: ['changes', name, ...steps],
    message,
  }))
  throw new SwitchyardError(
    'invalid-config',
    `the document with a change of ${file} is not a valid configuration`,
    {
      problems: toProblems(problems),
    },
  )
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `cannot read ${path}: ${reason}`, { cause })
  }
}
