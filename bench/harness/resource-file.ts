// What a fleet is served, as a file that the bare library and go-control-plane can serve too.

import { writeFile } from 'node:fs/promises'
import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { DiscoveryResponseSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import { CORE_MESSAGES } from '../../xds-server/snapshot/message-registry.ts'

/** Writes the resources of a fleet as one `DiscoveryResponse`. @returns the path of the file */
export async function writeResources(file: string, document: unknown, fleet: string): Promise<string> {
  const resources = translateFleet(validateConfig(document), fleet).map((message) => {
    const schema = CORE_MESSAGES.schemaOf(message.$typeName)
    if (schema === undefined) throw new TypeError(`unknown message ${message.$typeName}`)
    return anyPack(schema, message)
  })
  await writeFile(file, toBinary(DiscoveryResponseSchema, create(DiscoveryResponseSchema, { resources })))
  return file
}
