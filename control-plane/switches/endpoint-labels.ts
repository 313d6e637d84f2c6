// The labels of an endpoint: they say which subsets it is in.

import { endpointSwitch } from './attach-points.ts'
import { labelsSchema, toMetadata } from './labels.ts'

/** `labels` of an endpoint: `LbEndpoint.metadata`. They make no difference without `lb.subset`. */
export const endpointLabels = endpointSwitch({
  field: 'labels',
  schema: labelsSchema('labels by their names, such as { version: v2 }', 'LbEndpoint.metadata'),
  appliesTo: ['envoy'],
  toLbEndpoint: (labels) => ({ metadata: toMetadata(labels) }),
})
