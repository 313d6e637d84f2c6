// `yard history`: lists the revisions of the desired state with their status.

import type { Command } from 'commander'
import pc from 'picocolors'
import type { Page } from '../../api/client.ts'
import type { RevisionStatus } from '../../api/revision-status.ts'
import type { RevisionList } from '../../api/schemas/revision.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { type AdminFlags, countOf, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'

const COLORS: Readonly<Record<RevisionStatus, (text: string) => string>> = {
  accepted: pc.green,
  rejected: pc.red,
  rolled_back: pc.red,
  pending: pc.yellow,
  unverified: pc.yellow,
  superseded: pc.dim,
}

const LONGEST_REASON = 60

export function addHistory(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('history')
        .description('List the revisions of the desired state, or print one with its document.')
        .argument('[revision]', 'Number of a revision.', countOf(1))
        .option('--limit <n>', 'List at most this number, up to 1000.', countOf(1), 100)
        .option('--before <revision>', 'List only revisions older than this one.', countOf(1)),
    ),
  )
  withExamples(command, [
    ['yard history', 'List the newest revisions.'],
    ['yard history --limit 20 --before 57', 'List the 20 revisions before number 57.'],
    ['yard history 3', 'Print the third one with its document.'],
  ])
  command.action(async (number: number | undefined, { admin, output, ...page }: HistoryFlags) => {
    const rest = await findControlPlane(admin)
    if (number === undefined) print(await rest.listRevisions(page), output, renderRevisions)
    else print(await rest.getRevision(number), output === 'table' ? 'yaml' : output, String)
  })
}

type HistoryFlags = AdminFlags & OutputFlags & Page

function renderRevisions({ revisions, next }: RevisionList): string {
  const columns = ['revision', 'status', 'author', 'written', 'reason'].map((title) => ({ title }))
  const rows = revisions.map(({ revision, status, author, createdAt, reason = '' }) => [
    String(revision),
    COLORS[status](status),
    author,
    createdAt,
    shorten(reason),
  ])
  const table = renderTable(columns, rows)
  return next === undefined ? table : `${table}\n${pc.dim(`Older ones: yard history --before ${next}`)}`
}

/** The other formats print the full reason. */
function shorten(reason: string): string {
  return reason.length <= LONGEST_REASON ? reason : `${reason.slice(0, LONGEST_REASON - 1)}…`
}
