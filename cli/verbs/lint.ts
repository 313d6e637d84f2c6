// `yard lint`: checks documents without a control plane.

import type { Command } from 'commander'
import { warningsIn } from '../../control-plane/document/file.ts'
import { findPatchProblems } from '../../control-plane/translate/translate.ts'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { report } from '../output/print.ts'
import { describeWarnings } from './describe-warnings.ts'
import { readText } from './document-source.ts'
import { withExamples } from './flags.ts'

export function addLint(program: Command): void {
  const command = program
    .command('lint')
    .description('Check documents, and list all problems with line and column; needs no control plane.')
    .argument('<file...>', 'YAML or JSON files; - reads standard input.')
  withExamples(command, [
    ['yard lint my.yaml', 'Check a file before "yard apply" or "yard serve".'],
    ['yard init | yard lint -', 'Check a document of a pipe.'],
  ])
  command.action(async (files: readonly string[]) => {
    const problems: Problem[] = []
    for (const file of files) {
      const { found, warnings } = checked(await readText(file), file)
      problems.push(...found)
      for (const line of describeWarnings(warnings)) report(line)
      if (found.length === 0) report(`${file}: valid`)
    }
    if (problems.length === 0) return
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    throw new SwitchyardError('invalid-config', `${count}:`, { problems })
  })
}

/** With paths such as `my.yaml:12:7 fleets.edge.lb.policy`. */
function checked(text: string, file: string) {
  try {
    return { found: [], warnings: warningsIn(text, file, findPatchProblems) }
  } catch (error) {
    if (error instanceof SwitchyardError && error.problems.length > 0)
      return { found: error.problems, warnings: [] }
    throw error
  }
}
