// All messages of Envoy's API that are generated, each loaded when a patch first names it: all at once would cost half a second.

import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createRegistry, type DescFile, type DescMessage, type Registry } from '@bufbuild/protobuf'
import {
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt'
import { memoizeTexts } from '../../../core/memo.ts'
import type { MessageRegistry } from '../../../xds-server/snapshot/message-registry.ts'

const require = createRequire(import.meta.url)
const PROTOS = '@envoy/xds-protos'

const WELL_KNOWN = createRegistry(
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
)

/** A package such as `envoy.extensions.filters.http.lua.v3`, and a message such as `Lua` or `Rule.Match`. */
const FULL_NAME = /^((?:[a-z][a-z0-9_]*\.)+)[A-Z]\w*(?:\.[A-Z]\w*)*$/

/** More names than Envoy's API has are mistakes. */
const MOST_NAMES = 20_000

/** A message by its full name; undefined if no generated file has it. */
export const findMessage = memoizeTexts(MOST_NAMES, (typeName): DescMessage | undefined => {
  const known = WELL_KNOWN.getMessage(typeName)
  if (known !== undefined) return known
  const [, of] = FULL_NAME.exec(typeName) ?? []
  return of === undefined ? undefined : packageOf(of.slice(0, -1)).getMessage(typeName)
})

/** The full names of the messages in the package of a message, for error texts. */
export function messagesBeside(typeName: string): readonly string[] {
  const [, of] = FULL_NAME.exec(typeName) ?? []
  if (of === undefined) return []
  return [...packageOf(of.slice(0, -1))].flatMap((one) => (one.kind === 'message' ? one.typeName : []))
}

const packageOf = memoizeTexts(MOST_NAMES, (of): Registry => {
  const folder = of.replaceAll('.', '/')
  const root = dirname(dirname(require.resolve(`${PROTOS}/validate/validate_pb.js`)))
  const files = filesIn(join(root, folder)).map((name) => require(`${PROTOS}/${folder}/${name}`) as object)
  return createRegistry(...files.flatMap((exported) => Object.values(exported).filter(isFile)))
})

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('_pb.js'))
  } catch {
    // No file of Envoy's API has this package.
    return []
  }
}

function isFile(exported: unknown): exported is DescFile {
  return typeof exported === 'object' && exported !== null && 'kind' in exported && exported.kind === 'file'
}

/** For protobuf-es: the messages of patches, which it finds by their names. */
export const ENVOY_MESSAGES: Registry = Object.assign(Object.create(WELL_KNOWN) as Registry, {
  getMessage: findMessage,
})

/** The messages that a server is given, with all others that a patch may pack. */
export function withPatchedMessages(declared: MessageRegistry): MessageRegistry {
  const getMessage = (typeName: string) => declared.registry.getMessage(typeName) ?? findMessage(typeName)
  return {
    unknown: declared.unknown,
    registry: Object.assign(Object.create(declared.registry) as Registry, { getMessage }),
    schemaOf: (typeUrl) => getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1)),
  }
}
