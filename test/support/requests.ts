// Discovery requests from the fields that a test cares about, with the lists as plain arrays.

import { type SharedList, shareList } from '../../core/memo.ts'
import type { DeltaRequest, SotwRequest } from '../../xds-server/streams/requests.ts'

/** The fields that a test sets; all others are empty. */
export type RequestFields<Request> = {
  readonly [Field in keyof Request]?: Request[Field] extends SharedList<string>
    ? readonly string[]
    : Request[Field]
}

/** A `DiscoveryRequest`; every other field is empty. */
export function sotwRequest(fields: RequestFields<SotwRequest> & Pick<SotwRequest, 'typeUrl'>): SotwRequest {
  const { resourceNames = [] } = fields
  return { versionInfo: '', responseNonce: '', ...fields, resourceNames: shareList(resourceNames) }
}

/** A `DeltaDiscoveryRequest`; every other field is empty. */
export function deltaRequest(
  fields: RequestFields<DeltaRequest> & Pick<DeltaRequest, 'typeUrl'>,
): DeltaRequest {
  const { subscribe = [], unsubscribe = [] } = fields
  return {
    responseNonce: '',
    initialResourceVersions: new Map(),
    ...fields,
    subscribe: shareList(subscribe),
    unsubscribe: shareList(unsubscribe),
  }
}
