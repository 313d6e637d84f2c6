// A document in a file or on standard input: as it is, or inside a revision that `yard history` printed.

import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { parseYaml } from '../../control-plane/document/yaml-document.ts'
import { parsePath } from '../../core/document-path.ts'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'
import { type Origin, originIn } from './origin.ts'

export const STANDARD_INPUT = '-'

export interface DocumentSource {
  readonly file: string
  readonly text: string
  /** Undefined if the text is not YAML; the control plane says what is wrong with it. */
  readonly document: unknown
  /** Whether the text is a revision with the document inside. */
  readonly isRevision: boolean
  /** Undefined without the comment of `yard get`. */
  readonly origin: Origin | undefined
}

/** @throws SwitchyardError `invalid-argument` if the file cannot be read */
export async function readDocumentSource(file: string): Promise<DocumentSource> {
  const text = await readText(file)
  const { value } = parseYaml(text)
  const isRevision = isMap(value) && 'revision' in value && 'document' in value
  return {
    file,
    text,
    document: isRevision ? value.document : value,
    isRevision,
    origin: isRevision ? undefined : originIn(text),
  }
}

/** The error of a write, with problems by their place in the file: the control plane knows the file as "body", or not at all. */
export function inFile(error: unknown, source: DocumentSource): unknown {
  if (!(error instanceof SwitchyardError) || error.problems.length === 0) return error
  const place = source.isRevision ? placeInRevision(source) : placeInBody(source)
  const [what = ''] = error.message.split('\n', 1)
  return new SwitchyardError(error.code, what.replace(/^body\b/, source.file), {
    problems: error.problems.map(place),
    cause: error,
  })
}

function placeInBody({ file }: DocumentSource) {
  return ({ path, message }: Problem): Problem => ({ path: path.replace(/^body\b/, file), message })
}

function placeInRevision({ file, text }: DocumentSource) {
  const { offsetOf, placeOf } = parseYaml(text)
  return ({ path, message }: Problem): Problem => {
    const steps = path === '' ? [] : parsePath(path)
    return { path: `${file}:${placeOf(offsetOf(['document', ...steps]))} ${path}`.trimEnd(), message }
  }
}

/** @throws SwitchyardError `invalid-argument` if the file cannot be read */
export async function readText(file: string): Promise<string> {
  try {
    return file === STANDARD_INPUT ? await readAll(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `cannot read ${file}: ${reason}`, { cause })
  }
}
