// Generated services as a descriptor set, without annotations of HTTP paths.

import { create, type DescFile, type DescService, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

/** With everything that its file imports. */
export function descriptorSetOf({ file }: DescService): Uint8Array {
  const found = new Set<DescFile>()
  const visit = (one: DescFile) => {
    for (const imported of one.dependencies) visit(imported)
    found.add(one)
  }
  visit(file)
  const set = create(FileDescriptorSetSchema, { file: [...found].map(({ proto }) => proto) })
  return toBinary(FileDescriptorSetSchema, set)
}
