// A package that is bundled for tests is bundled whole: a second copy of it beside the bundle would not know the objects of the first.

import t from 'tap'
import { BUNDLED } from '../../cli/prepare/bundled-packages.js'
import { importedBy, readSources } from './import-closure.ts'

/** `@scope/name` or `name`. */
const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? ''

t.test('every import of a bundled package leads to its bundle', async (t) => {
  const packages = new Set(BUNDLED.map(packageOf))
  const imported = new Set(
    [...readSources()]
      .flatMap(([path, text]) => importedBy(path, text))
      .filter((specifier) => packages.has(packageOf(specifier))),
  )
  t.ok(imported.has('typebox/value'), 'the search finds imports of parts of a package')
  t.strictSame(
    [...imported].filter((specifier) => !BUNDLED.includes(specifier)),
    [],
    'add them to BUNDLED in cli/prepare/bundled-packages.js, or take their package out',
  )
})
