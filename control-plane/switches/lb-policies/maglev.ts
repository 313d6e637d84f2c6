// Maglev: calls with an equal header go to one endpoint, by a table of fixed size that spreads keys evenly.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { MaglevSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js'
import { Type } from 'typebox'
import { HashOnSchema } from '../hash-on.ts'
import { HASH_MESSAGES, hashesUnknownToEnvoy, hashProblems, withoutHashedQueries } from '../hash-policies.ts'
import { defineLbPolicy } from '../lb-policy.ts'
import { localityWeightedLbConfig } from '../locality-lb-config.ts'
import { facts } from '../schema-keywords.ts'

export const maglev = defineLbPolicy({
  name: 'maglev',
  summary: 'Calls with an equal header go to one endpoint, by a table that spreads keys evenly.',
  options: {
    hashOn: Type.Optional(HashOnSchema),
    // Envoy checks that the number is prime. If it is not, Envoy NACKs the cluster and says so.
    tableSize: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 5_000_011,
        default: 65_537,
        description: 'a size of the table, a prime number up to 5000011',
        ...facts({ envoy: 'Maglev.table_size', example: 251 }),
      }),
    ),
  },
  appliesTo: ['envoy'],
  messages: [MaglevSchema, ...HASH_MESSAGES],
  problems: hashProblems,
  toExtension: ({ tableSize }, context) =>
    anyPack(
      MaglevSchema,
      create(MaglevSchema, { tableSize: BigInt(tableSize), ...localityWeightedLbConfig(context) }),
    ),
  unsupportedByEnvoy: hashesUnknownToEnvoy,
  hashOn: ({ hashOn }) => hashOn,
  toHttpProtocolOptions: ({ hashOn }) => withoutHashedQueries(hashOn),
})
