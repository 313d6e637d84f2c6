// `yard diff`: compares a file or a revision with the document in force, or two of them with each other.

import type { Command } from 'commander'
import pc from 'picocolors'
import type { RestClient } from '../../api/client.ts'
import { type Difference, describeDifference, differencesBetween } from '../../core/differences.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print, report } from '../output/print.ts'
import { readDocumentSource } from './document-source.ts'
import { type AdminFlags, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'
import type { PatchEffects } from './patch-effects.ts'
import { revisionInForce } from './revision-in-force.ts'

interface DiffFlags extends AdminFlags, OutputFlags {
  readonly exitCode: boolean
}

export function addDiff(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('diff')
        .description('Show what differs between a file and the document in force, or between two revisions.')
        .argument('<one>', 'File, or number of a revision; - reads standard input.')
        .argument('[other]', 'The same (default: the document in force).')
        .option('--exit-code', 'Exit with 1 if there are differences.', false),
    ),
  )
  withExamples(command, [
    ['yard diff my.yaml', 'Show what "yard apply -f my.yaml" would change.'],
    ['yard diff 3', 'Show what has changed since revision 3.'],
    ['yard diff 3 4', 'Show what revision 4 changed.'],
  ])
  command.action(async (one: string, other: string | undefined, { admin, output, exitCode }: DiffFlags) => {
    const rest = await findControlPlane(admin)
    const [before, after] = await Promise.all(sidesOf(one, other).map((side) => readSide(rest, side)))
    const differences = [...differencesBetween(before, after), ...(await effectsBetween(before, after))]
    print(differences, output, renderDifferences)
    if (exitCode && differences.length > 0) process.exitCode = 1
  })
}

const isRevision = (text: string) => /^[1-9]\d*$/.test(text)

/** A file alone is the new side, a revision alone the old one. Undefined is the document in force. */
function sidesOf(one: string, other: string | undefined): readonly (string | undefined)[] {
  return other === undefined && !isRevision(one) ? [undefined, one] : [one, other]
}

async function readSide(rest: RestClient, side: string | undefined): Promise<unknown> {
  if (side === undefined) return (await revisionInForce(rest)).document
  if (isRevision(side)) return (await rest.getRevision(Number(side))).document
  const { document } = await readDocumentSource(side)
  if (document !== undefined) return document
  throw new SwitchyardError(
    'invalid-argument',
    `${side} is not valid YAML: "yard lint ${side}" says what is wrong`,
  )
}

/** What patches change in the resources of Envoy, as far as both sides differ in that. */
async function effectsBetween(before: unknown, after: unknown): Promise<readonly Difference[]> {
  if (![before, after].some((side) => JSON.stringify(side).includes('"patches"'))) return []
  // Translation takes a while to load, and few documents have patches.
  const { differencesOfEffects, readEffects } = await import('./patch-effects.ts')
  const [old, wanted] = [before, after].map((side): PatchEffects => {
    const effects = readEffects(side)
    if (effects.problem !== undefined) report(`cannot show what patches change: ${effects.problem}`)
    return effects
  })
  return old === undefined || wanted === undefined ? [] : differencesOfEffects(old, wanted)
}

function renderDifferences(differences: readonly Difference[]): string {
  if (differences.length === 0) return '  no differences'
  return differences
    .map((one) => {
      const line = `  ${one.path}: ${describeDifference(one)}`
      if (one.before === undefined) return pc.green(line)
      return one.after === undefined ? pc.red(line) : line
    })
    .join('\n')
}
