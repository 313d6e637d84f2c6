// Endpoints from a file in YAML or JSON, which is watched: renamed over or written in place, by a person or a program.

import type { Problem } from '../../../core/errors.ts'
import { checkEndpoints } from '../../document/check-endpoints.ts'
import { formatSteps } from '../../document/problem.ts'
import { decodeUtf8 } from '../../document/utf8.ts'
import { parseYaml } from '../../document/yaml-document.ts'
import type { FolderReader } from '../files/folder-reader.ts'
import { WatchedFiles } from '../files/watch-files.ts'
import type { EndpointSource } from './endpoint-source.ts'
import type { Endpoints } from './merge-endpoints.ts'
import { SourceState, type SourceStateOptions } from './source-state.ts'

/** 10,000 endpoints with all of their fields. */
const MAX_BYTES = 4 * 1024 * 1024

export interface EndpointFiles {
  readonly readFile: FolderReader
  /** Where a file of the folder is. */
  readonly pathOf: (file: string) => string
  /** Between two looks at a file, in milliseconds, which is also how long it must stay as it is. */
  readonly fileIntervalMs: number
}

export function startFileSource(
  file: string,
  { readFile, pathOf, fileIntervalMs }: EndpointFiles,
  options: SourceStateOptions,
): EndpointSource {
  const state = new SourceState(options)
  /** Only the newest look counts. */
  let looks = 0
  const look = async () => {
    looks += 1
    const mine = looks
    const found = await readFile(file, MAX_BYTES)
    if (mine !== looks) return
    const text = 'problem' in found ? undefined : decodeUtf8(found.bytes)
    if (text === undefined) {
      const problem = 'problem' in found ? found.problem : 'is not text in UTF-8: save it in that encoding'
      state.fail(`${file} ${problem}`, 'file')
      return
    }
    const taken = readText(file, text)
    if ('endpoints' in taken) state.answer(taken.endpoints)
    else state.failWith(taken.problems)
  }
  const watched = new WatchedFiles(fileIntervalMs, () => void look())
  watched.watch(new Set([pathOf(file)]))
  void look()
  return {
    read: () => state.read(),
    settled: state.settled,
    close: () => {
      looks += 1
      watched.close()
    },
  }
}

type Taken = { readonly endpoints: Endpoints } | { readonly problems: readonly Problem[] }

/** Paths of problems are `FILE:LINE:COLUMN path.in.it`. */
function readText(file: string, text: string): Taken {
  const { problems: malformed, value, offsetOf, placeOf } = parseYaml(text)
  if (malformed.length > 0) {
    const problems = malformed.map(({ offset, message }) => ({ path: `${file}:${placeOf(offset)}`, message }))
    return { problems }
  }
  const problems = checkEndpoints(value).map(({ steps, message }) => ({
    path: `${file}:${placeOf(offsetOf(steps))} ${formatSteps(steps)}`.trimEnd(),
    message,
  }))
  return problems.length > 0 ? { problems } : { endpoints: value as Endpoints }
}
