// What each golden document becomes; `npm run golden` writes the outputs anew.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { declaredMessages } from '../../control-plane/switches/switches.ts'
import { translate } from '../../control-plane/translate/translate.ts'
import { createMessageRegistry, createResources } from '../../xds-server/index.ts'
import { namedSecretBytes } from '../support/secret-bytes.ts'
import { findOrphans, GOLDEN_FOLDER, IN, namesOf, OUT, readCase, renderOutput } from './goldens.ts'

for (const name of namesOf(GOLDEN_FOLDER, IN)) {
  t.test(`${name + IN} becomes ${name + OUT}`, async (t) => {
    const output = renderOutput(readCase(GOLDEN_FOLDER, name))
    t.equal(output, readFileSync(join(GOLDEN_FOLDER, name + OUT), 'utf8'))
    t.notMatch(output, 'from: null', 'every resource says where it comes from')
  })
}

for (const name of namesOf(GOLDEN_FOLDER, IN)) {
  t.test(`every message that ${name + OUT} packs is declared by a switch`, async (t) => {
    const config = readCase(GOLDEN_FOLDER, name)
    const messages = createMessageRegistry(declaredMessages(), { unknown: 'refuse' })
    for (const fleet of Object.keys(config.fleets)) {
      const { resources } = translate(config, fleet, namedSecretBytes(config))
      t.doesNotThrow(() => createResources(resources, { messages }))
    }
  })
}

t.test('every golden file has its other half', async (t) => {
  t.same(findOrphans(GOLDEN_FOLDER), [])
})

t.test('a file without its other half is found, whichever half it is', async (t) => {
  const file = '# half'
  const folder = t.testdir({ 'a.in.yaml': file, 'a.out.yaml': file, 'b.in.yaml': file, 'c.out.yaml': file })
  t.same(findOrphans(folder), ['b.in.yaml', 'c.out.yaml'])
})
