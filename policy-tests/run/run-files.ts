// Runs test files one after the other, on the same Envoys.

import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../../control-plane/document/model.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { CellResult, PolicyBed, RunOptions, RunResult } from '../result.ts'
import { readDocumentOf, withChange } from '../suite/read-document.ts'
import { readSuite, type Suite } from '../suite/read-suite.ts'

/** The calls of a test file that are made with one document. */
export interface TestPart {
  readonly suite: Suite
  readonly document: Config
}

export interface TestFile {
  readonly suite: Suite
  /** The file of its document; the test file itself if the document is written in it. */
  readonly documentFile: string
  /** One for the document as it is, and one for each change that calls name. */
  readonly parts: readonly TestPart[]
}

/**
 * @param config a file that takes the place of the document that the test files name
 * @param dependOn is given each file before it is read
 * @throws SwitchyardError about a file that is invalid or cannot be read, with all problems
 */
export async function readFiles(
  files: readonly string[],
  config?: string,
  dependOn: (path: string) => void = () => {},
): Promise<readonly TestFile[]> {
  return Promise.all(
    files.map(async (file) => {
      dependOn(resolve(file))
      const suite = readSuite(await readText(file), file)
      const documentFile = documentFileOf(suite, config)
      for (const path of [documentFile, ...readBeside(suite)]) dependOn(path)
      const document = await readDocumentOf(suite, config)
      return { suite, documentFile, parts: partsOf(suite, document) }
    }),
  )
}

function documentFileOf({ settings, folder, file }: Suite, config: string | undefined): string {
  if (config !== undefined) return resolve(config)
  return typeof settings.document === 'string' ? resolve(folder, settings.document) : resolve(file)
}

/** Files that a run reads beside the document. A proto may import others of its folder. */
function readBeside({ settings, folder }: Suite): readonly string[] {
  const { protos = [], descriptors = [], authorizer } = settings
  const besideProtos = protos.map((path) => (path.endsWith('.proto') ? dirname(path) : path))
  const folders = [...besideProtos, ...(authorizer ? [authorizer.policy] : [])]
  return [
    ...[...protos, ...descriptors].map((path) => resolve(folder, path)),
    ...folders.flatMap((path) => filesUnder(resolve(folder, path))),
  ]
}

/** The folder itself is one of them: its time changes when a file comes or goes. */
function filesUnder(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile() && READ_FILES.test(entry.name))
    return [folder, ...files.map(({ parentPath, name }) => join(parentPath, name))]
  } catch {
    return [folder]
  }
}
const READ_FILES = /\.(proto|rego|json|wasm)$/

function partsOf(suite: Suite, document: Config): readonly TestPart[] {
  const changeOf = (call: string) => suite.calls[call]?.change
  const byChange = Map.groupBy(Object.keys(suite.calls), changeOf)
  return [...byChange].map(([change, names]) => ({
    suite: {
      ...suite,
      calls: Object.fromEntries(Object.entries(suite.calls).filter(([name]) => names.includes(name))),
      cells: suite.cells.filter(({ call }) => names.includes(call)),
    },
    document: change === undefined ? document : withChange(document, change, suite),
  }))
}

/** @throws SwitchyardError as `PolicyBed.run` */
export async function runTests(
  bed: PolicyBed,
  tests: readonly TestFile[],
  options?: RunOptions,
): Promise<RunResult> {
  const started = performance.now()
  const cells: CellResult[] = []
  let envoy = ''
  for (const { suite, parts } of tests) {
    const results = new Map<string, CellResult>()
    for (const { suite: part, document } of parts) {
      const result = await bed.run(part, document, options)
      for (const cell of result.cells) results.set(keyOf(cell), cell)
      envoy = result.envoy
    }
    cells.push(...suite.cells.flatMap((cell) => results.get(keyOf(cell)) ?? []))
  }
  return { cells, milliseconds: performance.now() - started, envoy }
}

function keyOf({ call, caller }: Pick<CellResult, 'call' | 'caller'>): string {
  return JSON.stringify([call, caller])
}

/** Reads and runs; see `readFiles` and `runTests`. */
export async function runFiles(
  bed: PolicyBed,
  files: readonly string[],
  config?: string,
): Promise<RunResult> {
  return runTests(bed, await readFiles(files, config))
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `cannot read ${file}: ${reason}`, { cause })
  }
}
