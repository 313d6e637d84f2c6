// Headers that rules ask about, each with all its values in one text, where rules can compare them whole.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  Config_ValueType,
  ConfigSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js'
import type { FixedFilter } from '../attach-points.ts'

/** Where the texts are in the dynamic metadata, by the names of their headers. */
export const HEADERS_NAMESPACE = 'switchyard.headers'

/**
 * Rules that look at a header itself are content (seen with Envoy 1.40) where one of its values fits, while the service may go
 * by another. This filter joins the values by commas: https://github.com/envoyproxy/envoy/security/advisories/GHSA-2v25-cjjq-5f4w
 */
export const joinedHeaders: FixedFilter = {
  name: 'header_to_metadata',
  after: ['header_mutation', 'jwt_authn', 'ext_authz'],
  messages: [ConfigSchema],
  toExtension({ comparedHeaders }) {
    if (comparedHeaders.length === 0) return undefined
    const requestRules = comparedHeaders.map((header) => ({
      header,
      onHeaderPresent: { metadataNamespace: HEADERS_NAMESPACE, key: header, type: Config_ValueType.STRING },
    }))
    return anyPack(ConfigSchema, create(ConfigSchema, { requestRules }))
  },
}
