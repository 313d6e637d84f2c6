// Which clusters a SotW client has that reports a version.

import t from 'tap'
import { resourceFor } from '../../test/support/script-resources.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { createTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { SentClusters } from './sent-clusters.ts'

const clusters = (...texts: readonly string[]) =>
  createTypeSnapshot(
    CLUSTER,
    texts.map((text) => resourceFor('CDS', text)),
  )
const namesOf = (sent: SentClusters, version: string) => {
  const found = sent.find(version)
  return found && [...found.resources.names()]
}

t.test('X89: a version names the clusters that were sent with it', async (t) => {
  const [one, two] = [clusters('a=1', 'b=1'), clusters('b=1')]
  const sent = new SentClusters()
  sent.note(one.version, one.list)
  sent.note(two.version, two.list)
  t.same(namesOf(sent, one.version), ['a', 'b'])
  t.same(namesOf(sent, two.version), ['b'])
  t.equal(namesOf(sent, 'v1'), undefined)
})

t.test('X89: a response by name is a part of its version', async (t) => {
  const { version, list } = clusters('a=1', 'b=1')
  const sent = new SentClusters()
  sent.note(version, list.slice(0, 1))
  t.equal(namesOf(sent, version), undefined)
  sent.note(version, list)
  sent.note(version, list.slice(0, 1))
  t.same(namesOf(sent, version), ['a', 'b'])
})

t.test('X89: a version that is no hash of the content may be that of anything', async (t) => {
  const sent = new SentClusters()
  sent.note('7', clusters('a=1').list)
  t.equal(namesOf(sent, '7'), undefined)
})

t.test('X89: the last 32 versions are known', async (t) => {
  const sent = new SentClusters()
  const versions = Array.from({ length: 33 }, (_, number) => clusters(`a=${number}`))
  for (const { version, list } of versions) sent.note(version, list)
  t.same(
    versions.map(({ version }) => sent.find(version) !== undefined),
    versions.map((_, number) => number > 0),
  )
})
