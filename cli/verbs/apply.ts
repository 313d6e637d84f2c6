// `yard apply`: replaces the whole document by a YAML file.

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
      .description('make a YAML file the desired state, and wait until the fleets have it')
      .requiredOption('-f, --file <file>', 'the file; - reads standard input'),
  )
  withExamples(command, [
    ['yard get > my.yaml', 'take what is there,'],
    ['yard apply -f my.yaml', 'edit it, and put it back'],
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

/** What the control plane calls the body is a file here. */
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
    throw new SwitchyardError('invalid-argument', `${file} cannot be read: ${reason}`, { cause })
  }
}
