// Which test covers each source file: the one beside it, or the one that `covered-by.ts` names.

import { stripTypeScriptTypes } from 'node:module'
import type { Cover } from './cover.ts'
import { importClosure, isTest, type Sources } from './import-closure.ts'

/** Every problem of the test coverage, as `PATH: what is wrong`. */
export function coverBreaches(sources: Sources, coveredBy: Readonly<Record<string, Cover>>): string[] {
  const used = new Set<string>()
  const breaches = [...sources].flatMap(([path, text]) => {
    if (!needsTest(sources, path, text)) return []
    const key = longestKey(path, Object.keys(coveredBy))
    const cover = key === undefined ? undefined : coveredBy[key]
    if (key === undefined || cover === undefined) {
      return [`${path}: has no test beside it, and test/house/covered-by.ts names none`]
    }
    used.add(key)
    const breach = coverBreach(sources, path, cover)
    return breach === undefined ? [] : [`${path}: ${breach}`]
  })
  const unused = Object.keys(coveredBy)
    .filter((key) => !used.has(key))
    .map((key) => `${key}: needs no row in test/house/covered-by.ts`)
  return [...breaches, ...unused]
}

function coverBreach(sources: Sources, path: string, cover: Cover): string | undefined {
  if ('untested' in cover) return undefined
  const { test, spawned } = cover
  if (!sources.has(test)) return `its test ${test} does not exist`
  const isReached = importClosure(sources, test).has(path)
  if (spawned) return isReached ? `${test} imports it: it need not be marked as spawned` : undefined
  return isReached ? undefined : `${test} does not import it, nor does anything that the test imports`
}

/** Tests, their shared code, and files with types only need no test. */
function needsTest(sources: Sources, path: string, text: string): boolean {
  if (isTest(path) || path.startsWith('test/') || path.endsWith('.d.ts')) return false
  if (sources.has(path.replace(/\.[tj]s$/, '.test.ts'))) return false
  return path.endsWith('.js') || !isTypesOnly(text)
}

function isTypesOnly(text: string): boolean {
  const code = stripTypeScriptTypes(text).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|[\s;]/g, '')
  return code === '' || code === 'export{}'
}

function longestKey(path: string, keys: readonly string[]): string | undefined {
  return keys
    .filter((key) => (key.endsWith('/') ? path.startsWith(key) : path === key))
    .sort((a, b) => b.length - a.length)[0]
}
