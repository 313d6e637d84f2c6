// Names as URIs: two spellings of one name are one name, and a collection has the resources of one folder.

import t from 'tap'
import { canonicalName, collectionOf, everythingOfItsAuthority, isCollection } from './xdstp-name.ts'

const NAMES: readonly [written: string, canonical: string][] = [
  ['xdstp://a/T/n?b=2&a=1', 'xdstp://a/T/n?a=1&b=2'],
  ['xdstp://a/T/n?a=1&b=2', 'xdstp://a/T/n?a=1&b=2'],
  ['xdstp://a/T/n?b=2&a=1#entry=x', 'xdstp://a/T/n?a=1&b=2#entry=x'],
  ['xdstp://a/T/n', 'xdstp://a/T/n'],
  // As Envoy, gRPC Go and gRPC Java write one name of a listener.
  ['xdstp://a/T/s/%5B%3A%3A1%5D%3A50051', 'xdstp://a/T/s/%5B::1%5D:50051'],
  ['xdstp://a/T/s/%5b::1%5d:50051', 'xdstp://a/T/s/%5B::1%5D:50051'],
  ['xdstp://a/T/s/[::1]:50051', 'xdstp://a/T/s/%5B::1%5D:50051'],
  ['xdstp://a/T/echo:8080', 'xdstp://a/T/echo:8080'],
  ['xdstp://a/T/one%2Ftwo', 'xdstp://a/T/one/two'],
  ['xdstp://a/T/%2a', 'xdstp://a/T/*'],
  ['xdstp://a/T/ü b', 'xdstp://a/T/%C3%BC%20b'],
  ['xdstp://a/T/%c3%bc%20b', 'xdstp://a/T/%C3%BC%20b'],
  ['xdstp://a/T/half%', 'xdstp://a/T/half%25'],
  ['xdstp://a%2Fb/T/n', 'xdstp://a%2Fb/T/n'],
  ['xdstp://a/T/n?', 'xdstp://a/T/n'],
  ['xdstp://a/T/n?flag&&a=%2f', 'xdstp://a/T/n?a=/&flag='],
  ['xdstp://a/T/n?b=x%26y&a=1%3d2', 'xdstp://a/T/n?a=1%3D2&b=x%26y'],
  ['xdstp:///T/n?b=2&a=1', 'xdstp:///T/n?a=1&b=2'],
  ['xdstp://a/T/%9n', 'xdstp://a/T/%259n'],
  ['xdstp://a/T/a%09b', 'xdstp://a/T/a%09b'],
  ['xdstp://a/T/n?b=2&a=1#x\ny', 'xdstp://a/T/n?a=1&b=2#x\ny'],
  ['xdstp:?b=2&a=1', 'xdstp:?b=2&a=1'],
  ['xdstp://a?b=2&a=1', 'xdstp://a?b=2&a=1'],
  ['xdstp:xdstp://a/T/n?b=2&a=1', 'xdstp:xdstp://a/T/n?b=2&a=1'],
  ['grpc/server?b=2&a=1', 'grpc/server?b=2&a=1'],
  ['50%25 off', '50%25 off'],
  ['*', '*'],
]

for (const [written, canonical] of NAMES) {
  t.test(`X76: ${written} is ${canonical}`, async (t) => {
    t.equal(canonicalName(written), canonical)
    t.equal(canonicalName(canonical), canonical)
  })
}

t.test('X76: what is encoded in one part is not what ends it', async (t) => {
  const names = ['xdstp://a/T/n?a=1', 'xdstp://a/T/n%3Fa=1', 'xdstp://a/T/n?a%3D1', 'xdstp://a/T/n%23a=1']
  t.equal(new Set(names.map(canonicalName)).size, names.length)
})

const COLLECTIONS: readonly [name: string, collection: string | undefined][] = [
  ['xdstp://a/T/n', 'xdstp://a/T/*'],
  ['xdstp://a/T/one/two/n', 'xdstp://a/T/one/two/*'],
  ['xdstp://a/T/n?b=2', 'xdstp://a/T/*?b=2'],
  ['xdstp://a/T/n?b=/x', 'xdstp://a/T/*?b=/x'],
  ['xdstp://a/T/n?/b=x', 'xdstp://a/T/*?/b=x'],
  ['xdstp:', undefined],
  ['foo/n', undefined],
  ['*', undefined],
]

for (const [name, collection] of COLLECTIONS) {
  t.test(`X77: ${name} belongs to ${collection ?? 'no collection'}`, async (t) => {
    t.equal(collectionOf(name), collection)
    t.notOk(isCollection(name))
    if (collection !== undefined) t.ok(isCollection(collection))
  })
}

t.test('X77: a star that is not the last part of the path makes no collection', async (t) => {
  for (const name of ['*', 'foo/*', 'xdstp://a/T/n*', 'xdstp://a/T/*/n', 'xdstp://a/T/n?a=/*'])
    t.notOk(isCollection(name), name)
})

t.test('everything of an authority', async (t) => {
  t.equal(everythingOfItsAuthority('xdstp://a/T/one/n?b=2'), 'xdstp://a/*')
  t.equal(everythingOfItsAuthority('xdstp:///T/n'), 'xdstp:///*')
  t.equal(everythingOfItsAuthority('foo'), undefined)
})
