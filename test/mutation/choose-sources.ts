// Which files `npm run mutants` mutates, and which tests run for each.

import { SwitchyardError } from '../../core/errors.ts'
import { memoizeByText } from '../../core/memo.ts'
import { COVERED_BY } from '../house/covered-by.ts'
import { importClosure, isTest, type Sources } from '../house/import-closure.ts'

const LIBRARY = 'xds-server/'

/** The order of the folders: those with the most logic first. Others follow. */
const FIRST = ['type-state', 'streams', 'nodes', 'cache', 'snapshot', 'services']

/** The model drives the stream machines, which these only connect to sockets. */
const SERVICES = 'xds-server/services/'
const MODEL = 'test/mutation/model-in-short.ts'

/**
 * @param chosen folders or files of the library, such as `type-state` or `streams/step.ts`; none stand for all
 * @throws SwitchyardError `invalid-argument` for each that has nothing to mutate
 */
export function chooseSources(sources: Sources, chosen: readonly string[]): readonly string[] {
  const all = [...sources.keys()].filter((path) => path.startsWith(LIBRARY) && !isTest(path))
  const matches = (path: string, choice: string) => {
    const wanted = LIBRARY + choice.replace(LIBRARY, '').replace(/\/$/, '')
    return path === wanted || path.startsWith(`${wanted}/`)
  }
  const problems = chosen
    .filter((choice) => !all.some((path) => matches(path, choice)))
    .map((path) => ({ path, message: 'no file of the library is this, or is in it' }))
  if (problems.length > 0) {
    const folders = [...new Set(all.map(folderOf))].join(', ')
    throw new SwitchyardError(
      'invalid-argument',
      `nothing to mutate. Name folders or files of ${LIBRARY}, such as type-state or streams/step.ts. The folders are ${folders}`,
      { problems },
    )
  }
  return all
    .filter((path) => chosen.length === 0 || chosen.some((choice) => matches(path, choice)))
    .sort((one, other) => rankOf(one) - rankOf(other))
}

/** The part of a path below `xds-server/`, without the file: `type-state`, or the file itself if it is in no folder. */
export function folderOf(path: string): string {
  return path.slice(LIBRARY.length).split('/')[0] ?? path
}

function rankOf(path: string): number {
  const at = FIRST.indexOf(folderOf(path))
  return at === -1 ? FIRST.length : at
}

/**
 * The tests that load a file: the one beside it or the one that covers it instead, those of its folder, the other ones of the
 * library, and then the model.
 */
export function testsFor(sources: Sources, source: string): readonly string[] {
  const own = coverOf(source) ?? besideOf(source)
  const candidates = new Set([
    ...[...sources.keys()].filter((path) => path.startsWith(LIBRARY) && isTest(path)),
    ...(source.startsWith(SERVICES) ? [] : [MODEL]),
  ])
  const distance = (test: string) => {
    if (test === own) return 0
    if (!test.startsWith(LIBRARY)) return 3
    return folderOf(test) === folderOf(source) ? 1 : 2
  }
  return [...candidates]
    .filter((test) => closureOf(sources, test).has(source))
    .sort((one, other) => distance(one) - distance(other))
}

function besideOf(source: string): string {
  return source.replace(/\.ts$/, '.test.ts')
}

// Each test is asked for by each file.
const closureOf = memoizeByText((sources: Sources, test) => importClosure(sources, test))

/** The test that covers a file without a test beside it, if it is listed by its own path. */
function coverOf(source: string): string | undefined {
  const cover = COVERED_BY[source]
  return cover && 'test' in cover ? cover.test : undefined
}
