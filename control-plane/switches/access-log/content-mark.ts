// Which content a call met: clusters, rules and listeners of fleets that log to the control plane have a mark, a hash of their content,
// and each call says the marks of those that it went through. So the first call by a new content is known for what it is.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/tracing/v3/custom_tag.proto

import { create } from '@bufbuild/protobuf'
import { type CustomTag, CustomTagSchema } from '@envoy/xds-protos/envoy/type/tracing/v3/custom_tag_pb.js'

/** In the metadata of clusters and routes. */
export const MARK_METADATA = 'switchyard.mark'
export const MARK_FIELD = 'content'

/** The names of the tags of an entry. */
export const CLUSTER_TAG = 'cluster'
export const RULE_TAG = 'rule'
export const LISTENER_TAG = 'listener'

function ofMetadata(tag: string, kind: 'cluster' | 'route'): CustomTag {
  const metadataKey = {
    key: MARK_METADATA,
    path: [{ segment: { case: 'key' as const, value: MARK_FIELD } }],
  }
  return create(CustomTagSchema, {
    tag,
    type: {
      case: 'metadata',
      value: { kind: { kind: { case: kind, value: {} } }, metadataKey },
    },
  })
}

/** A listener has no metadata that tags could read: its own tag is text in its configuration; see `translate/content-marks.ts`. */
export const MARK_TAGS: CustomTag[] = [ofMetadata(CLUSTER_TAG, 'cluster'), ofMetadata(RULE_TAG, 'route')]

export function listenerTag(mark: string): CustomTag {
  return create(CustomTagSchema, { tag: LISTENER_TAG, type: { case: 'literal', value: { value: mark } } })
}
