// Descriptors at run time, from .proto files or from descriptor sets: no generated code.

import { readFileSync, statSync } from 'node:fs'
import {
  createFileRegistry,
  createRegistry,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  type Registry,
} from '@bufbuild/protobuf'
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { nearest } from '../core/edit-distance.ts'
import { SwitchyardError } from '../core/errors.ts'
import { buildByBuf } from './buf.ts'

/**
 * @param path a folder of `.proto` files, one such file, or a file with a `google.protobuf.FileDescriptorSet`
 * @throws SwitchyardError `invalid-argument` if it is something else, or cannot be compiled
 */
export function loadSchema(path: string): FileRegistry {
  const isFolder = statOf(path).isDirectory()
  const isSource = isFolder || path.endsWith('.proto')
  return registryOf(isSource ? buildByBuf(path) : readFileSync(path), path)
}

/** @param name of the bytes, for errors @throws SwitchyardError `invalid-argument` */
export function registryOf(descriptorSet: Uint8Array, name: string): FileRegistry {
  try {
    return createFileRegistry(readSet(descriptorSet, name))
  } catch (cause) {
    if (cause instanceof SwitchyardError) throw cause
    const { message } = cause as Error
    throw new SwitchyardError('invalid-argument', `${name}: incomplete descriptor set: ${message}`, { cause })
  }
}

function readSet(bytes: Uint8Array, name: string): FileDescriptorSet {
  try {
    const set = fromBinary(FileDescriptorSetSchema, bytes)
    if (set.file.length > 0 && set.file.every((file) => file.name !== '')) return set
  } catch {
    // The same error as for other bytes that happen to be readable.
  }
  throw new SwitchyardError(
    'invalid-argument',
    `${name} is neither a .proto file, a folder of them, nor a descriptor set (buf build --as-file-descriptor-set, protoc --include_imports --descriptor_set_out)`,
  )
}

function statOf(path: string) {
  try {
    return statSync(path)
  } catch (cause) {
    const { message } = cause as Error
    throw new SwitchyardError('invalid-argument', `cannot read ${path}: ${message}`, { cause })
  }
}

/** All of them as one; of two types with one name, the first counts. */
export const joinRegistries = (registries: readonly Registry[]): Registry =>
  createRegistry(...registries.toReversed())

/** @throws SwitchyardError `invalid-argument` with the nearest name */
export function requireMessage(registry: Registry, name: string): DescMessage {
  const found = registry.getMessage(name)
  if (found !== undefined) return found
  const names = [...registry].filter(({ kind }) => kind === 'message').map(({ typeName }) => typeName)
  const last = (typeName: string) => typeName.slice(typeName.lastIndexOf('.') + 1)
  const short = names.filter((one) => last(one) === name)
  const near = short.length > 0 ? short.join(' or ') : nearest(name, names)
  throw new SwitchyardError(
    'invalid-argument',
    `unknown message type "${name}"${near === undefined ? '' : `: did you mean ${near}?`}`,
  )
}
