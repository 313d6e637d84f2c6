// Gives @grpc/reflection the file descriptors that protobuf-es generated, in the shape of proto-loader's definitions.
import type { DescFile, DescService } from '@bufbuild/protobuf'
import { toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { ReflectionService } from '@grpc/reflection'

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0]

/** The reflection service for `services`: their files and all files that those import, as they were written. */
export function reflectionOf(services: readonly DescService[]): ReflectionService {
  return new ReflectionService(packageDefinition(services))
}

/** Of an entry, reflection reads nothing but the encoded files, so an enum's definition, the least there is, will do. */
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
