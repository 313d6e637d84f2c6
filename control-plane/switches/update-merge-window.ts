// How long Envoy collects changes of endpoints and of their health before its workers use them.

import { Type } from 'typebox'
import { lbOptionSwitch } from './attach-points.ts'
import { DurationSchema, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

/**
 * `lb.updateMergeWindow`: `CommonLbConfig.update_merge_window`. After one change of health, Envoy's own window of one second keeps
 * the next changes from the workers: of two endpoints that die together, the second would get calls for that long although its
 * checks have failed. With 0s each change takes effect at once.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto#config-cluster-v3-cluster-commonlbconfig
 */
export const updateMergeWindow = lbOptionSwitch({
  field: 'updateMergeWindow',
  schema: Type.String({
    ...DurationSchema,
    default: '0s',
    description: 'the time in which changes of endpoints are merged, such as 500ms or 1s; 0s for none',
    ...facts({ envoy: 'Cluster.common_lb_config.update_merge_window', example: '1s' }),
  }),
  appliesTo: ['envoy'],
  toCluster: (window) => ({ commonLbConfig: { updateMergeWindow: toDuration(window) } }),
})
