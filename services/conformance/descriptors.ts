// The messages and services of the conformance suite, from descriptors that buf makes of its protos.

import { createFileRegistry, type DescMessage, type DescService, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { SwitchyardError } from '../../core/errors.ts'

const PACKAGE = 'connectrpc.conformance.v1'

export interface Descriptors {
  /** @throws SwitchyardError `internal` for an unknown name, because the suite's protos have changed */
  message(name: string): DescMessage
  service(name: string): DescService
}

/** @param image a serialized `FileDescriptorSet` */
export function readDescriptors(image: Uint8Array): Descriptors {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image))
  const unknown = (name: string) => new SwitchyardError('internal', `the suite has no ${PACKAGE}.${name}`)
  return {
    message(name) {
      const found = registry.getMessage(`${PACKAGE}.${name}`)
      if (found === undefined) throw unknown(name)
      return found
    },
    service(name) {
      const found = registry.getService(`${PACKAGE}.${name}`)
      if (found === undefined) throw unknown(name)
      return found
    },
  }
}
