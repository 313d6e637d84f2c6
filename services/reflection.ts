// The gRPC reflection service. Wraps protobuf-es's file descriptors as proto-loader definitions, which @grpc/reflection needs.
import type { DescFile, DescService } from '@bufbuild/protobuf'
import { toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { ReflectionService } from '@grpc/reflection'

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0]

/** The reflection service for `services`, with their files and all files that those import. */
export function reflectionOf(services: readonly DescService[]): ReflectionService {
  return new ReflectionService(packageDefinition(services))
}

/** Reflection reads only the encoded files of an entry, so the smallest definition, that of an enum, is enough. */
function packageDefinition(services: readonly DescService[]): PackageDefinition {
  const files = new Set<DescFile>()
  for (const { file } of services) addWithImports(file, files)
  return Object.fromEntries(
    [...files].map(({ name, proto }) => [
      name,
      {
        format: 'Protocol Buffer 3 EnumDescriptorProto',
        type: {},
        fileDescriptorProtos: [Buffer.from(toBinary(FileDescriptorProtoSchema, proto))],
      },
    ]),
  )
}

function addWithImports(file: DescFile, files: Set<DescFile>): void {
  if (files.has(file)) return
  files.add(file)
  for (const imported of file.dependencies) addWithImports(imported, files)
}
