// What a newer API adds to an older one: each kind of part, and that adding it to the older one makes the newer one.

import { clone, create } from '@bufbuild/protobuf'
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'
import t from 'tap'
import { addToApi, compareApis } from './newer-api.js'

const { STRING, BOOL, ENUM, MESSAGE } = Type

function field(name: string, number: number, type: Type = STRING, rest: object = {}) {
  return { name, number, type, label: Label.OPTIONAL, ...rest }
}

const refers = (typeName: string, rest: object = {}) => ({ typeName, ...rest })

/** A message with a oneof of two strings, a field behind it, and their comments. */
const OLDER = create(FileDescriptorProtoSchema, {
  name: 'a/v3/a.proto',
  package: 'a.v3',
  syntax: 'proto3',
  messageType: [
    {
      name: 'Route',
      field: [
        field('prefix', 1, STRING, { oneofIndex: 0 }),
        field('path', 2, STRING, { oneofIndex: 0 }),
        field('timeout', 3),
        field('retries', 4, STRING, { oneofIndex: 1, proto3Optional: true }),
      ],
      oneofDecl: [{ name: 'match' }, { name: '_retries' }],
      nestedType: [{ name: 'Inner', field: [field('old', 1)] }],
      enumType: [{ name: 'Kind', value: [{ name: 'ONE', number: 1 }] }],
    },
  ],
  service: [
    { name: 'Routes', method: [{ name: 'Get', inputType: '.a.v3.Route', outputType: '.a.v3.Route' }] },
  ],
  sourceCodeInfo: {
    location: [
      { path: [4, 0, 2, 1], span: [1, 1, 1], leadingComments: 'path' },
      { path: [4, 0, 2, 2], span: [1, 1, 1], leadingComments: 'timeout' },
      { path: [4, 0, 8, 0], span: [1, 1, 1], leadingComments: 'match' },
      { path: [4, 0, 8, 1], span: [1, 1, 1], leadingComments: 'retries' },
    ],
  },
})

const NEWER = create(FileDescriptorProtoSchema, {
  name: 'a/v3/a.proto',
  package: 'a.v3',
  syntax: 'proto3',
  dependency: ['b/v3/b.proto', 'gone/gone.proto'],
  messageType: [
    {
      name: 'Route',
      field: [
        field('prefix', 1, STRING, { oneofIndex: 0 }),
        field('path', 2, STRING, { oneofIndex: 0 }),
        field('regex', 5, STRING, { oneofIndex: 0 }),
        field('timeout', 3, BOOL),
        field('retries', 4, STRING, { oneofIndex: 2, proto3Optional: true }),
        field('hosts', 6, MESSAGE, refers('.b.v3.Host', { label: Label.REPEATED })),
        field('kind', 7, ENUM, refers('.a.v3.Route.Kind', { oneofIndex: 1, options: { deprecated: true } })),
        field('labels', 8, MESSAGE, refers('.a.v3.Route.LabelsEntry', { label: Label.REPEATED })),
      ],
      oneofDecl: [{ name: 'match' }, { name: 'more' }, { name: '_retries' }],
      nestedType: [
        {
          name: 'Inner',
          field: [field('old', 1), field('new', 2, BOOL, { oneofIndex: 0, proto3Optional: true })],
          oneofDecl: [{ name: '_new' }],
        },
        { name: 'LabelsEntry', field: [field('key', 1), field('value', 2)], options: { mapEntry: true } },
      ],
      enumType: [
        {
          name: 'Kind',
          value: [
            { name: 'ONE', number: 1 },
            { name: 'TWO', number: 2 },
          ],
        },
      ],
    },
  ],
  enumType: [{ name: 'Color', value: [{ name: 'RED', number: 0 }] }],
  service: [
    {
      name: 'Routes',
      method: [
        { name: 'Get', inputType: '.a.v3.Route', outputType: '.a.v3.Route' },
        { name: 'Follow', inputType: '.a.v3.Route', outputType: '.b.v3.Host', serverStreaming: true },
      ],
    },
  ],
})

const HOST = create(FileDescriptorProtoSchema, {
  name: 'b/v3/b.proto',
  package: 'b.v3',
  syntax: 'proto3',
  dependency: ['google/protobuf/any.proto'],
  messageType: [{ name: 'Host' }],
})

const LOST = create(FileDescriptorProtoSchema, {
  name: 'c/v3/c.proto',
  dependency: ['gone/gone.proto'],
  messageType: [{ name: 'C' }],
})

const byPath = (...files: readonly FileDescriptorProto[]) => new Map(files.map((file) => [file.name, file]))
const isV3 = (path: string) => path.includes('/v3/')
const copyOfOlder = () => clone(FileDescriptorProtoSchema, OLDER)

const ADDED = {
  'a/v3/a.proto': {
    imports: ['b/v3/b.proto'],
    messages: {
      Route: {
        fields: [
          'string regex = 5 in match',
          'bool timeout = 3',
          'repeated b.v3.Host hosts = 6',
          'deprecated enum a.v3.Route.Kind kind = 7 in more',
          'repeated a.v3.Route.LabelsEntry labels = 8',
        ],
        messages: {
          Inner: { fields: ['optional bool new = 2'] },
          LabelsEntry: { isMap: true, fields: ['string key = 1', 'string value = 2'] },
        },
        enums: { Kind: ['TWO = 2'] },
      },
    },
    enums: { Color: ['RED = 0'] },
    services: { Routes: ['Follow one a.v3.Route stream b.v3.Host'] },
  },
  'b/v3/b.proto': { package: 'b.v3', imports: ['google/protobuf/any.proto'], messages: { Host: {} } },
}

t.test(
  'a newer API has what it adds to an older one, and nothing that it shares or cannot import',
  async (t) => {
    const added = compareApis(byPath(OLDER), byPath(NEWER, HOST, LOST), isV3)
    t.strictSame(added, ADDED)
    t.strictSame(compareApis(byPath(NEWER, HOST), byPath(NEWER, HOST, LOST), isV3), {})
    t.strictSame(
      compareApis(byPath(OLDER), byPath(NEWER, HOST), () => false),
      {},
    )
  },
)

t.test('what is added to the older API makes the newer one, each file behind its imports', async (t) => {
  const files = addToApi(byPath(copyOfOlder()), ADDED)
  t.strictSame(
    files.map(({ name }) => name),
    ['b/v3/b.proto', 'a/v3/a.proto'],
  )
  t.strictSame(compareApis(byPath(...files), byPath(NEWER, HOST), isV3), {})
  const again = addToApi(byPath(...files), ADDED)
  t.equal(again.at(-1)?.messageType[0]?.field.length, 8, 'adding it twice adds nothing')
})

t.test(
  'fields of a oneof stay side by side, real oneofs come first, and comments stay with what they are about',
  async (t) => {
    const [, file] = addToApi(byPath(copyOfOlder()), ADDED)
    const route = file?.messageType[0]
    t.strictSame(
      route?.field.map(({ name }) => name),
      ['prefix', 'path', 'regex', 'timeout', 'retries', 'hosts', 'kind', 'labels'],
    )
    t.strictSame(
      route?.oneofDecl.map(({ name }) => name),
      ['match', 'more', '_retries'],
    )
    const retries = route?.field.find(({ name }) => name === 'retries')
    t.equal(retries?.oneofIndex, 2)
    const places = file?.sourceCodeInfo?.location.map(
      ({ path, leadingComments }) => `${leadingComments} ${path.join('.')}`,
    )
    t.strictSame(places, ['path 4.0.2.1', 'timeout 4.0.2.3', 'match 4.0.8.0', 'retries 4.0.8.2'])
  },
)

t.test('a file that the older API does not have, and a line that is no field, are errors', async (t) => {
  const { imports, ...rest } = ADDED['a/v3/a.proto']
  t.throws(() => addToApi(byPath(), { 'a/v3/a.proto': rest }), /a\/v3\/a.proto is not in the older version/)
  const bad = { 'a/v3/a.proto': { messages: { Route: { fields: ['string regex'] } } } }
  t.throws(() => addToApi(byPath(copyOfOlder()), bad), /"string regex" is no field/)
})
