// The descriptors of generated modules: those that protobuf-es would make, without a walk along each path of imports.

import { create, type DescFile, toBinary } from '@bufbuild/protobuf'
import * as upstream from '@bufbuild/protobuf/codegenv2'
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'
import { file_envoy_config_cluster_v3_cluster } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t from 'tap'
import { fileDesc } from './file-desc.js'

interface Source {
  readonly name: string
  readonly imports?: readonly string[]
  /** The indexes of the imports that are public. */
  readonly publicly?: readonly number[]
  /** The message of the file has a field of this message. */
  readonly refersTo?: string
}

/** Encoded as generated modules have it: without the names of the imports. */
function encode({ name, publicly = [], refersTo }: Source): string {
  const field = {
    name: 'one',
    number: 1,
    label: Label.OPTIONAL,
    type: Type.MESSAGE,
    typeName: `.${refersTo}`,
  }
  const proto = create(FileDescriptorProtoSchema, {
    name: `${name}.proto`,
    syntax: 'proto3',
    publicDependency: [...publicly],
    messageType: [{ name, field: refersTo === undefined ? [] : [field] }],
  })
  return Buffer.from(toBinary(FileDescriptorProtoSchema, proto)).toString('base64')
}

/** Makes the files one after the other; each can import those before it. */
function makeFiles(make: typeof fileDesc, sources: readonly Source[]): Map<string, DescFile> {
  const files = new Map<string, DescFile>()
  for (const source of sources) {
    const imports = (source.imports ?? []).map((name) => files.get(name) as DescFile)
    files.set(source.name, make(encode(source), imports))
  }
  return files
}

/** Each layer has two files, which import both files of the layer before it: 2ⁿ paths lead to the first layer. */
function layersOf(count: number): readonly Source[] {
  return Array.from({ length: count }, (_, layer) => {
    const imports = layer === 0 ? [] : [`A${layer - 1}`, `B${layer - 1}`]
    const refersTo = layer === 0 ? {} : { refersTo: `B${layer - 1}` }
    return [
      { name: `A${layer}`, imports, ...refersTo },
      { name: `B${layer}`, imports, ...refersTo },
    ]
  }).flat()
}

t.test('layers of imports with 2⁴⁰ paths are made at once', async (t) => {
  const files = makeFiles(fileDesc, layersOf(40))
  t.equal(files.get('A39')?.messages[0]?.fields[0]?.message, files.get('B38')?.messages[0])
})

t.test('a file has all that protobuf-es gives it', async (t) => {
  const sources: readonly Source[] = [
    { name: 'Base' },
    { name: 'Inner', imports: ['Base'], publicly: [0] },
    { name: 'Outer', imports: ['Inner'], publicly: [0] },
    { name: 'User', imports: ['Outer'], refersTo: 'Base' },
  ]
  const describe = (files: Map<string, DescFile>) =>
    [...files.values()].map((file) => ({
      proto: file.proto,
      // The very files, so that a walk along the imports reaches all of them.
      imports: file.dependencies.map((one) => [one.proto.name, one === files.get(one.name)]),
      fields: file.messages.flatMap(({ fields }) =>
        fields.map(({ name, message }) => [name, message?.typeName]),
      ),
    }))
  t.strictSame(describe(makeFiles(fileDesc, sources)), describe(makeFiles(upstream.fileDesc, sources)))
})

t.test('a message of a file that is imported by an import only is unknown, as a compiler says', async (t) => {
  const sources: readonly Source[] = [
    { name: 'Base' },
    { name: 'Inner', imports: ['Base'] },
    { name: 'User', imports: ['Inner'], refersTo: 'Base' },
  ]
  t.throws(() => makeFiles(fileDesc, sources))
  t.doesNotThrow(() =>
    makeFiles(fileDesc, [
      ...sources.slice(0, 1),
      { name: 'Inner', imports: ['Base'], publicly: [0] },
      ...sources.slice(2),
    ]),
  )
})

t.test("the files of Envoy's API lead to all that they import", async (t) => {
  const seen = new Set<DescFile>()
  const walk = (file: DescFile): void => {
    if (seen.has(file)) return
    seen.add(file)
    t.equal(file.dependencies.length, file.proto.dependency.length, file.name)
    for (const one of file.dependencies) walk(one)
  }
  walk(file_envoy_config_cluster_v3_cluster)
  t.ok(seen.size > 20, `${seen.size} files`)
})
