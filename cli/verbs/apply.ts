// `yard apply`: replaces the desired state with a file, and undoes nobody's edit meanwhile.

import { writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import type { RestClient } from '../../api/client.ts'
import type { WriteAnswer } from '../../api/schemas/write-answer.ts'
import { describeDifference, differencesBetween } from '../../core/differences.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { describeWrite } from './describe-outcome.ts'
import { type DocumentSource, inFile, readDocumentSource, STANDARD_INPUT } from './document-source.ts'
import { type AdminFlags, withAdmin, withExamples } from './flags.ts'
import { type Origin, withOrigin } from './origin.ts'
import { quoted, revisionInForce } from './revision-in-force.ts'

interface ApplyFlags extends AdminFlags {
  readonly file: string
  readonly force: boolean
}

export function addApply(program: Command): void {
  const command = withAdmin(
    program
      .command('apply')
      .description('Replace the desired state with a file, and wait until every Envoy has ACKed.')
      .requiredOption(
        '-f, --file <file>',
        'YAML or JSON: a document, or a revision that "yard history" printed; - reads standard input.',
      )
      .option('--force', 'Apply even if the document has changed since "yard get" wrote the file.', false),
  )
  withExamples(command, [
    ['yard get > my.yaml', 'Save the current document.'],
    ['yard apply -f my.yaml', 'Apply the edited document, unless somebody else changed it meanwhile.'],
    ['yard history 3 -o json | yard apply -f -', 'Apply an earlier revision.'],
  ])
  command.action(async ({ admin, file, force }: ApplyFlags) => {
    const source = await readDocumentSource(file)
    const rest = await findControlPlane(admin)
    const origin = force ? undefined : source.origin
    try {
      report(describeWrite(await put(rest, source, origin)))
    } catch (error) {
      throw inFile(error, source)
    } finally {
      await renewOrigin(rest, source)
    }
  })
}

async function put(
  rest: RestClient,
  source: DocumentSource,
  origin: Origin | undefined,
): Promise<WriteAnswer> {
  const body = source.isRevision ? (source.document as object) : source.text
  if (origin === undefined) return await rest.putConfig(body)
  try {
    return await rest.putConfig(body, { etag: quoted(origin.etag) })
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.code !== 'stale-etag') throw error
    return await put(rest, source, await originIfUnchanged(rest, source, origin))
  }
}

/**
 * The revision in force, if its document is the one that the file was saved from: after a rollback, for example.
 * @throws SwitchyardError `stale-etag` with what has changed
 */
async function originIfUnchanged(
  rest: RestClient,
  { file }: DocumentSource,
  origin: Origin,
): Promise<Origin> {
  const [saved, inForce] = await Promise.all([
    rest.getRevision(origin.revision).catch(ignoreUnknown),
    revisionInForce(rest),
  ])
  if (saved?.etag !== origin.etag) {
    throw new SwitchyardError(
      'stale-etag',
      `${file} was saved from revision ${origin.revision} of another control plane: remove its comment with the ETag, or apply it with --force`,
    )
  }
  if (isDeepStrictEqual(saved.document, inForce.document)) return inForce
  const { revision, author } = inForce
  const changes = differencesBetween(saved.document, inForce.document)
  throw new SwitchyardError(
    'stale-etag',
    `the document has changed since ${file} was saved from revision ${origin.revision}; revision ${revision} by ${author} is in force. ` +
      `Put the changes below into a file of "yard get", or undo them with --force:`,
    { problems: changes.map((one) => ({ path: one.path, message: describeDifference(one) })) },
  )
}

function ignoreUnknown(error: unknown): undefined {
  if (!(error instanceof SwitchyardError) || error.code !== 'not-found') throw error
}

/** The file's comment follows what was just applied, so that the file can be edited and applied again. */
async function renewOrigin(
  rest: RestClient,
  { file, text, document, origin }: DocumentSource,
): Promise<void> {
  if (origin === undefined || file === STANDARD_INPUT) return
  const inForce = await revisionInForce(rest).catch(() => undefined)
  if (inForce === undefined || inForce.etag === origin.etag) return
  if (!isDeepStrictEqual(inForce.document, document)) return
  await writeFile(file, withOrigin(text, inForce)).catch(({ message }: Error) =>
    report(`${file} keeps the comment of revision ${origin.revision}: ${message}`),
  )
}
