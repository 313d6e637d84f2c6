// Descriptor sets, which are .proto files as `buf build` writes them: what is wrong with one, and what of it some services need.

import {
  create,
  createFileRegistry,
  type DescFile,
  type DescService,
  type FileRegistry,
  fromBinary,
  hasOption,
  toBinary,
} from '@bufbuild/protobuf'
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { http } from '@envoy/xds-protos/google/api/annotations_pb.js'
import { nearest } from '../../core/edit-distance.ts'
import { memoize, memoizeByText } from '../../core/memo.ts'
import type { PlacedProblem } from './placed-problem.ts'

/** What makes a set, for error texts. */
const MADE_BY =
  'write it by "buf build -o FILE.binpb", or by protoc with --include_imports and --descriptor_set_out'

type Opened = { readonly registry: FileRegistry } | { readonly problem: string }

/** A set is checked at every write of a document. */
const open = memoize((bytes: Uint8Array): Opened => {
  const set = parse(bytes)
  if (set === undefined) return { problem: `has no descriptors of .proto files: ${MADE_BY}` }
  try {
    return { registry: createFileRegistry(set) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { problem: `lacks what its files import, or has invalid descriptors (${reason}): ${MADE_BY}` }
  }
})

/** Other bytes may happen to be readable, but have no files with names. */
function parse(bytes: Uint8Array): FileDescriptorSet | undefined {
  try {
    const set = fromBinary(FileDescriptorSetSchema, bytes)
    return set.file.length > 0 && set.file.every(({ name }) => name !== '') ? set : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with the descriptors of `grpcJsonTranscoder` for its services. Steps begin at its settings. */
export function checkDescriptors(
  bytes: Uint8Array,
  { services, autoMapping }: { readonly services: readonly string[]; readonly autoMapping: boolean },
): readonly PlacedProblem[] {
  const opened = open(bytes)
  if ('problem' in opened) return [{ steps: ['descriptors'], message: opened.problem }]
  const { registry } = opened
  return services.flatMap((name, index) => {
    const steps = ['services', String(index)]
    const service = registry.getService(name)
    if (service === undefined) return [{ steps, message: describeUnknownService(name, registry) }]
    if (autoMapping || service.methods.some((method) => hasOption(method, http))) return []
    const message = `has no method with the option google.api.http, so no JSON call would reach it: add the option to the .proto file, or turn autoMapping on`
    return [{ steps, message }]
  })
}

/** With the nearest name: a person may have left the package out, or misspelled it. */
function describeUnknownService(name: string, registry: FileRegistry): string {
  const names = [...registry].filter((one): one is DescService => one.kind === 'service').map(typeNameOf)
  const near = names.find((one) => one.endsWith(`.${name}`)) ?? nearest(name, names)
  const known = names.length === 0 ? 'The file has none' : `It has ${names.toSorted().join(', ')}`
  return `is not a service of the descriptors. ${near === undefined ? '' : `Did you mean ${near}? `}${known}`
}

function typeNameOf({ typeName }: DescService): string {
  return typeName
}

/**
 * The part of a set that the services need, in one form: the same bytes whichever tool wrote the set, in whatever order, with or
 * without comments, so that Envoys keep a listener whose .proto files changed in a comment alone.
 * @param bytes a set without problems
 */
export const descriptorsFor = memoizeByText((bytes: Uint8Array, names: string): Uint8Array => {
  const opened = open(bytes)
  if ('problem' in opened) return bytes
  const found = new Map<string, DescFile>()
  const visit = (file: DescFile) => {
    if (found.has(file.name)) return
    for (const one of file.dependencies.toSorted(byName)) visit(one)
    found.set(file.name, file)
  }
  const files = names.split(',').flatMap((name) => opened.registry.getService(name)?.file ?? [])
  for (const file of files.toSorted(byName)) visit(file)
  const file = [...found.values()].map(({ proto }) => withoutComments(proto))
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }))
})

function byName(a: DescFile, b: DescFile): number {
  return a.name < b.name ? -1 : Number(a.name > b.name)
}

/** buf notes in a field of its own which module a file is from. */
function withoutComments(proto: FileDescriptorProto): FileDescriptorProto {
  const copy = fromBinary(FileDescriptorProtoSchema, toBinary(FileDescriptorProtoSchema, proto))
  delete copy.sourceCodeInfo
  delete copy.$unknown
  return copy
}
