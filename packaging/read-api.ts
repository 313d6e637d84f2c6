// The public exports of a built package with their comments, as TypeDoc reads them.

import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMPILER_OPTIONS, ENTRY } from './entry.ts'
import { runTool } from './tools.ts'

/** A public export and the code of the examples in its comment. */
export interface PublicExport {
  readonly name: string
  readonly summary: string
  readonly examples: readonly string[]
}

interface Part {
  readonly text: string
}

/** TypeDoc's JSON, as far as it is read here. */
interface Reflection {
  readonly name: string
  readonly comment?: {
    readonly summary: readonly Part[]
    readonly blockTags?: readonly { readonly tag: string; readonly content: readonly Part[] }[]
  }
  /** A function has its comments here. */
  readonly signatures?: readonly Reflection[]
}

/** Types that the exports mention and that users do not name: they are opaque, or come from `protos/`. */
const NOT_EXPORTED = ['Node', 'ErrorsByType', 'ResourceReference', 'SnapshotContent', 'TypeSnapshot']

/**
 * Writes the API reference as web pages.
 * @param folder the built package
 * @throws SwitchyardError `process-failed` with TypeDoc's warnings, such as a type that is mentioned and not exported
 */
export async function writeReference(folder: string, out: string): Promise<void> {
  await runTypeDoc(folder, ['--out', out, '--readme', join(folder, 'README.md')])
}

/** Reads all exports of a built package. Throws like `writeReference`. */
export async function readApi(folder: string): Promise<PublicExport[]> {
  const file = join(folder, 'api.json')
  await runTypeDoc(folder, ['--json', file])
  const { children }: { readonly children: readonly Reflection[] } = JSON.parse(await readFile(file, 'utf8'))
  await rm(file)
  return children.map(toExport)
}

function toExport({ name, comment, signatures = [] }: Reflection): PublicExport {
  const { summary = [], blockTags = [] } = comment ?? signatures[0]?.comment ?? {}
  const examples = blockTags
    .filter(({ tag }) => tag === '@example')
    .map(({ content }) => codeIn(textOf(content)))
  return { name, summary: textOf(summary), examples }
}

const textOf = (parts: readonly Part[]) => parts.map(({ text }) => text).join('')

/** The code between the fences of a Markdown block. */
function codeIn(markdown: string): string {
  return /```ts\n([\s\S]*?)```/.exec(markdown)?.[1] ?? ''
}

async function runTypeDoc(folder: string, args: readonly string[]): Promise<void> {
  const project = join(folder, 'tsconfig.json')
  await writeFile(project, JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: [ENTRY] }))
  const options = [
    '--entryPoints',
    ENTRY,
    '--tsconfig',
    project,
    '--disableSources',
    '--treatWarningsAsErrors',
  ]
  const opaque = NOT_EXPORTED.flatMap((name) => ['--intentionallyNotExported', name])
  await runTool('typedoc', [...options, ...opaque, ...args], folder)
  await rm(project)
}
