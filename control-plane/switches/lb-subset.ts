// Subsets: an upstream divided by the labels of its endpoints. A rule chooses a subset, and the policy picks in it.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  Subset_LbSubsetFallbackPolicy as Fallback,
  SubsetSchema,
} from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js'
import { Type } from 'typebox'
import { lbOptionSwitch } from './attach-points.ts'
import { labelsSchema } from './labels.ts'
import { NamedMap } from './named-map.ts'
import { facts } from './schema-keywords.ts'

const FALLBACKS = {
  any: Fallback.ANY_ENDPOINT,
  none: Fallback.NO_FALLBACK,
  default: Fallback.DEFAULT_SUBSET,
} as const

const Selector = Type.Object(
  {
    keys: Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
        description: 'the name of a label, such as version',
        ...facts({ example: 'version' }),
      }),
      {
        minItems: 1,
        maxItems: 10,
        uniqueItems: true,
        description: 'names of labels, such as [version]',
        ...facts({ envoy: 'Subset.subset_selectors.keys', example: ['version', 'stage'] }),
      },
    ),
  },
  {
    additionalProperties: false,
    description: 'a selector such as { keys: [version] }',
    ...facts({ envoy: 'Subset.subset_selectors', example: { keys: ['version'] } }),
  },
)

/**
 * `lb.subset`, around any policy. Calls of a rule without `subset`, calls in mode l4, and labels that no endpoint has, are a matter of
 * `fallback`. Envoy's own is `none`, which would end all of them with UNAVAILABLE as soon as the switch is on.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/subsets
 */
export const lbSubset = lbOptionSwitch({
  field: 'subset',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      selectors: NamedMap(Selector, 'selectors by their names: the labels that rules choose by', {
        minProperties: 1,
        envoy: 'Subset.subset_selectors',
        example: { version: { keys: ['version'] } },
      }),
      fallback: Type.Optional(
        Type.Enum(['any', 'none', 'default'], {
          default: 'any',
          description:
            'where calls without a matching subset go: any (all endpoints), none (they fail), or default (the endpoints with the labels in defaultLabels)',
          ...facts({ envoy: 'Subset.fallback_policy' }),
        }),
      ),
      defaultLabels: Type.Optional(
        labelsSchema('the labels of the endpoints of fallback: default', 'Subset.default_subset'),
      ),
    },
    {
      additionalProperties: false,
      description: 'subsets such as { enabled: true, selectors: { version: { keys: [version] } } }',
      ...facts({
        envoy: 'Subset',
        example: { enabled: true, selectors: { version: { keys: ['version'] } } },
        clients: ['envoy'],
      }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [SubsetSchema],
  *problems({ fallback = 'any', defaultLabels }) {
    if (fallback === 'default' && defaultLabels === undefined) {
      yield {
        steps: ['defaultLabels'],
        message: 'is missing: write the labels of the default endpoints, such as { version: v1 }',
      }
    } else if (fallback !== 'default' && defaultLabels !== undefined) {
      yield {
        steps: ['defaultLabels'],
        message: `has no effect with fallback: ${fallback}. Remove it, or write fallback: default`,
      }
    }
  },
  toPolicy({ enabled, selectors, fallback, defaultLabels }, subsetLbPolicy, { weighsLocalities }) {
    if (!enabled) return undefined
    const subset = create(SubsetSchema, {
      subsetSelectors: Object.entries(selectors)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { keys }]) => ({ keys: [...keys] })),
      fallbackPolicy: FALLBACKS[fallback],
      ...(fallback === 'default' && { defaultSubset: { ...defaultLabels } }),
      localityWeightAware: weighsLocalities,
      subsetLbPolicy,
    })
    return { name: 'subset', extension: anyPack(SubsetSchema, subset) }
  },
})
