// The resources of each golden document; `npm run golden` writes the outputs again.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Config } from '../../control-plane/document/model.ts'
import { declaredMessages } from '../../control-plane/switches/switches.ts'
import { translate } from '../../control-plane/translate/translate.ts'
import { createMessageRegistry, createResources } from '../../xds-server/index.ts'
import { namedFiles } from '../support/named-files.ts'
import { namedSecretBytes } from '../support/secret-bytes.ts'
import { testFolder } from '../support/test-folder.ts'
import { findOrphans, GOLDEN_FOLDER, IN, namesOf, OUT, readCase, renderOutput } from './goldens.ts'

for (const name of namesOf(GOLDEN_FOLDER, IN)) {
  t.test(`${name + IN} becomes ${name + OUT}`, async (t) => {
    const output = renderOutput(readCase(GOLDEN_FOLDER, name))
    t.equal(output, readFileSync(join(GOLDEN_FOLDER, name + OUT), 'utf8'))
    t.notMatch(output, 'from: null', 'every resource has its path in the document')
  })
}

for (const name of namesOf(GOLDEN_FOLDER, IN)) {
  t.test(`a switch declares every packed message of ${name + OUT}`, async (t) => {
    const config = withoutPatches(readCase(GOLDEN_FOLDER, name))
    const messages = createMessageRegistry(declaredMessages(), { unknown: 'reject' })
    for (const fleet of Object.keys(config.fleets)) {
      const { resources } = translate(config, fleet, namedSecretBytes(config), namedFiles(config))
      t.doesNotThrow(() => createResources(resources, { messages }))
    }
  })
}

/** Patches pack what they want. */
function withoutPatches(config: Config): Config {
  const fleets = Object.entries(config.fleets).map(([name, fleet]) => [
    name,
    { ...fleet, patches: undefined },
  ])
  return { ...config, fleets: Object.fromEntries(fleets) }
}

t.test('every golden document has an output, and every output a document', async (t) => {
  t.same(findOrphans(GOLDEN_FOLDER), [])
})

t.test('a document without an output and an output without a document are found', async (t) => {
  const file = '# half'
  const folder = testFolder(t, {
    'a.in.yaml': file,
    'a.out.yaml': file,
    'b.in.yaml': file,
    'c.out.yaml': file,
  })
  t.same(findOrphans(folder), ['b.in.yaml', 'c.out.yaml'])
})
