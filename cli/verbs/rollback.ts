// `yard rollback`: puts the document of an earlier revision into force again.

import type { Command } from 'commander'
import { describeDifference, differencesBetween, isSameJson } from '../../core/differences.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { describeWrite } from './describe-outcome.ts'
import { type AdminFlags, countOf, withAdmin, withExamples } from './flags.ts'
import { quoted, revisionInForce } from './revision-in-force.ts'

export function addRollback(program: Command): void {
  const command = withAdmin(
    program
      .command('rollback')
      .description(
        'Apply the document of an earlier revision as a new revision, and wait until every Envoy has ACKed.',
      )
      .argument('<revision>', 'Number of the revision; "yard history" lists them.', countOf(1)),
  )
  withExamples(command, [
    ['yard history', 'Find the revision.'],
    ['yard rollback 3', 'Apply its document again.'],
  ])
  command.action(async (number: number, { admin }: AdminFlags) => {
    const rest = await findControlPlane(admin)
    const [wanted, inForce] = await Promise.all([rest.getRevision(number), revisionInForce(rest)])
    if (isSameJson(wanted.document, inForce.document)) {
      report(`nothing to do: revision ${inForce.revision}, which is in force, has this document`)
      return
    }
    const answer = await rest.putConfig(wanted.document as object, { etag: quoted(inForce.etag) })
    for (const one of differencesBetween(inForce.document, wanted.document)) {
      report(`  ${one.path}: ${describeDifference(one)}`)
    }
    report(describeWrite(answer))
  })
}
