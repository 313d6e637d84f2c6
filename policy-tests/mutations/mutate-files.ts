// Mutations of the documents of test files: one result for each document.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseYaml } from '../../control-plane/document/yaml-document.ts'
import { matchesGlob } from '../../core/glob.ts'
import type { PolicyBed } from '../result.ts'
import type { TestFile } from '../run/run-files.ts'
import type { PlaceOf } from './mutation-report.ts'
import { protectionsOf } from './protections.ts'
import { type MutantOutcome, type MutationResult, runMutations, type Target } from './run-mutations.ts'
import { audiencesOf, usesOf } from './uses.ts'

/** What became of one document without each of its protections. */
export interface MutatedDocument {
  readonly result: MutationResult
  /** Where a protection is written. */
  readonly placeOf: PlaceOf
}

export interface MutateOptions {
  /** Paths of protections that are not tried, in which * stands for any text. */
  readonly except: readonly string[]
  readonly onOutcome: (outcome: MutantOutcome) => void
}

/**
 * @param tests test files whose cells all pass
 * @throws SwitchyardError as `PolicyBed.run`, except about a document without a protection
 */
export async function mutateFiles(
  bed: PolicyBed,
  tests: readonly TestFile[],
  { except, onOutcome }: MutateOptions,
): Promise<readonly MutatedDocument[]> {
  const documents: MutatedDocument[] = []
  for (const [, files] of Map.groupBy(tests, ({ documentFile }) => documentFile)) {
    const [first] = files
    if (first === undefined) continue
    // The same for all files, so that it is one protection.
    const audiences = [...new Set(files.flatMap(({ suite }) => audiencesOf(suite)))]
    const targets = files.flatMap(({ parts }) =>
      parts.map(
        ({ suite, document }): Target => ({
          protections: protectionsOf(document, { ...usesOf(document, [suite]), audiences }),
          run: (weaker) => bed.run(suite, weaker),
        }),
      ),
    )
    const isWanted = ({ path }: { readonly path: string }) => !except.some((glob) => matchesGlob(glob, path))
    documents.push({
      result: await runMutations(targets, isWanted, onOutcome),
      placeOf: placeIn(first),
    })
  }
  return documents
}

/** The document is in its own file, or in the first test file under `document`. */
function placeIn({ documentFile, suite }: TestFile): PlaceOf {
  const isInline = documentFile === resolve(suite.file)
  const { offsetOf, placeOf } = parseYaml(readFileSync(documentFile, 'utf8'))
  return (steps) => {
    const [line = '1'] = placeOf(offsetOf(isInline ? ['document', ...steps] : steps)).split(':')
    return { file: documentFile, line: Number(line) }
  }
}
