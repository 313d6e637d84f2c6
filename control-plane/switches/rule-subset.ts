// The endpoints that the calls of a rule go to, by their labels.

import { ruleSwitch } from './attach-points.ts'
import { labelsSchema, toMetadata } from './labels.ts'

/**
 * `subset` of a rule: `RouteAction.metadata_match`. The upstreams of the rule need `lb.subset` with a selector of exactly these keys;
 * Envoy would ignore labels without one.
 */
export const ruleSubset = ruleSwitch({
  field: 'subset',
  schema: labelsSchema(
    'the labels of the endpoints to call, such as { version: v2 }',
    'RouteAction.metadata_match',
  ),
  appliesTo: ['envoy'],
  toRouteAction: (labels) => ({ metadataMatch: toMetadata(labels) }),
})
