// `yard apply`: replaces the desired state with a YAML file.

import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { SwitchyardError } from '../../core/errors.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { describeOutcome } from './describe-outcome.ts'
import { type AdminFlags, withAdmin, withExamples } from './flags.ts'

export function addApply(program: Command): void {
  const command = withAdmin(
    program
      .command('apply')
      .description('Replace the desired state with a YAML file, and wait until every Envoy has ACKed.')
      .requiredOption('-f, --file <file>', 'YAML file; - reads standard input.'),
  )
  withExamples(command, [
    ['yard get > my.yaml', 'Save the current document.'],
    ['yard apply -f my.yaml', 'Apply the edited document.'],
  ])
  command.action(async ({ admin, file }: AdminFlags & { readonly file: string }) => {
    const yaml = await readSource(file)
    const rest = await findControlPlane(admin)
    try {
      report(describeOutcome(await rest.putConfig(yaml)))
    } catch (error) {
      throw inFile(error, file)
    }
  })
}

/** The control plane names the body in its problems; here the body is a file. */
function inFile(error: unknown, file: string): unknown {
  if (!(error instanceof SwitchyardError) || error.problems.length === 0) return error
  const rename = (text: string) => text.replace(/^body\b/, file)
  const problems = error.problems.map(({ path, message }) => ({ path: rename(path), message }))
  const [what = ''] = error.message.split('\n', 1)
  return new SwitchyardError(error.code, rename(what), { problems, cause: error })
}

async function readSource(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `cannot read ${file}: ${reason}`, { cause })
  }
}
