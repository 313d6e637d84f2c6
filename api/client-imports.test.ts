// The client runs in browsers: what it imports at run time has no Node modules and no packages.

import { readFile } from 'node:fs/promises'
import t from 'tap'

const IMPORT = /^(?:import|export) (?!type )[\w\s{},*$]*?from '([^']+)'/gm

/** Every module that a file imports at run time, directly or not. */
async function importsOf(file: URL, seen = new Set<string>()): Promise<ReadonlySet<string>> {
  // Examples in comments import what their readers would.
  const text = (await readFile(file, 'utf8')).replaceAll(/\/\*[\s\S]*?\*\//g, '')
  for (const [, specifier = ''] of text.matchAll(IMPORT)) {
    const isOurs = specifier.startsWith('.')
    const name = isOurs ? new URL(specifier, file).href : specifier
    if (seen.has(name)) continue
    seen.add(name)
    if (isOurs) await importsOf(new URL(name), seen)
  }
  return seen
}

t.test('the client imports only files of api/ and core/', async (t) => {
  const root = new URL('..', import.meta.url).href
  const imports = [...(await importsOf(new URL('client.ts', import.meta.url)))]
  t.ok(imports.includes(`${root}core/errors.ts`), 'the error table is among them')
  t.same(
    imports.filter((one) => !one.startsWith(`${root}api/`) && !one.startsWith(`${root}core/`)),
    [],
  )
})
