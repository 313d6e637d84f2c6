// Mutation tests of the truth table: with one protection removed, the rows about it must fail.

import { create } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import {
  JwtAuthenticationSchema,
  type JwtProvider,
} from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import {
  type HttpConnectionManager,
  HttpConnectionManager_InternalAddressConfigSchema,
  HttpConnectionManager_PathWithEscapedSlashesAction,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import t from 'tap'
import { editFilterChains, withoutFilter } from '../support/edit-filter-chains.ts'
import { requireTool } from '../support/requirements.ts'
import { TableRunner } from '../support/table-runner.ts'
import { type Policy, readTruthTable, type TruthTable } from '../support/truth-table.ts'

interface Weakening {
  readonly title: string
  readonly change?: (policy: Policy) => Policy
  readonly manager?: (manager: HttpConnectionManager) => void
  readonly provider?: (provider: JwtProvider) => void
  /** Rows, and policies with their cells: each of these must fail. Others may fail too. */
  readonly failing: readonly string[]
}

const ALL_OF_JWT = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 27, 29, 61]

const WEAKENINGS: readonly Weakening[] = [
  {
    title: 'JWT off',
    change: ({ jwt, ...rest }) => (jwt ? { ...rest, jwt: { ...jwt, enabled: false } } : rest),
    failing: ALL_OF_JWT.map((number) => `S${number}`).filter((row) => row !== 'S27'),
  },
  {
    title: 'the jwt_authn filter removed',
    manager: withoutFilter('jwt_authn'),
    failing: ['S1', 'S16'],
  },
  {
    title: 'tokens without exp accepted',
    provider: (provider) => {
      provider.requireExpiration = false
      // A maximum lifetime also requires exp.
      delete provider.maxLifetime
    },
    failing: ['S14'],
  },
  {
    title: 'tokens of any lifetime accepted',
    provider: (provider) => {
      delete provider.maxLifetime
    },
    failing: ['S15'],
  },
  {
    title: 'tokens for any audience accepted',
    provider: (provider) => {
      provider.audiences = []
    },
    failing: ['S17', 'S18'],
  },
  {
    title: 'tokens of any issuer accepted',
    provider: (provider) => {
      provider.issuer = ''
    },
    failing: ['S16', 'S20'],
  },
  {
    title: 'a clock skew of an hour',
    provider: (provider) => {
      provider.clockSkewSeconds = 3_600
    },
    failing: ['S12', 'S13'],
  },
  {
    title: 'queries of gRPC calls allowed',
    manager: withoutFilter('query_denial'),
    failing: ['S21', 'S74'],
  },
  {
    title: 'tokens accepted that Envoy does not understand',
    manager: withoutFilter('token_denial'),
    failing: ['S61'],
  },
  {
    title: 'unknown x-envoy headers forwarded',
    manager: (manager) => {
      manager.earlyHeaderMutationExtensions = []
    },
    failing: ['S64'],
  },
  {
    title: 'the protected method made public',
    change: ({ jwt, ...rest }) =>
      jwt
        ? {
            ...rest,
            jwt: { ...jwt, public: [...(jwt.public ?? []), 'switchyard.echo.v1.EchoService/Unary'] },
          }
        : rest,
    failing: ['S1', 'S29'],
  },
  {
    title: 'rules off',
    change: ({ rbac, ...rest }) => (rbac ? { ...rest, rbac: { ...rbac, enabled: false } } : rest),
    failing: ['S34'],
  },
  {
    title: 'rules in shadow mode',
    change: ({ rbac, ...rest }) => (rbac ? { ...rest, rbac: { ...rbac, shadow: true } } : rest),
    failing: ['S34'],
  },
  {
    title: 'OPA off',
    change: ({ opa, ...rest }) => (opa ? { ...rest, opa: { ...opa, enabled: false } } : rest),
    failing: ['S23', 'S30', 'S36', 'opa down'],
  },
  {
    title: 'calls allowed without a decision',
    change: ({ opa, ...rest }) => (opa ? { ...rest, opa: { ...opa, onFailure: 'allow' } } : rest),
    failing: ['opa down', 'opa down, unavailable'],
  },
  {
    title: 'mTLS off: client certificates not requested',
    change: (policy) => (policy.tls ? { ...policy, tls: { clientCa: undefined } } : policy),
    failing: ['S51'],
  },
  {
    title: 'claim headers of clients forwarded',
    manager: withoutFilter('header_mutation'),
    failing: ['S28'],
  },
  {
    title: 'paths not normalized',
    manager: (manager) => {
      manager.normalizePath = false
    },
    failing: ['S32'],
  },
  {
    title: 'slashes not merged',
    manager: (manager) => {
      manager.mergeSlashes = false
    },
    failing: ['S33'],
  },
  {
    title: 'escaped slashes kept',
    manager: (manager) => {
      manager.pathWithEscapedSlashesAction = HttpConnectionManager_PathWithEscapedSlashesAction.KEEP_UNCHANGED
    },
    failing: ['S32'],
  },
  {
    title: 'callers on this host treated as internal, with the x-envoy headers of theirs',
    manager: (manager) => {
      manager.earlyHeaderMutationExtensions = []
      const cidrRanges = [{ addressPrefix: '127.0.0.0', prefixLen: 8 }]
      manager.internalAddressConfig = create(HttpConnectionManager_InternalAddressConfigSchema, {
        cidrRanges,
      })
    },
    failing: ['S45'],
  },
]

/** Changes every JWT provider of the chain. */
function weakenProviders(manager: HttpConnectionManager, change: (provider: JwtProvider) => void): void {
  for (const { configType } of manager.httpFilters) {
    if (configType.case !== 'typedConfig') continue
    const authentication = anyUnpack(configType.value, JwtAuthenticationSchema)
    if (authentication === undefined) continue
    for (const provider of Object.values(authentication.providers)) change(provider)
    configType.value = anyPack(JwtAuthenticationSchema, authentication)
  }
}

const weakened = ({ manager, provider }: Weakening) =>
  editFilterChains((config) => {
    manager?.(config)
    if (provider) weakenProviders(config, provider)
  })

/** The rows that fail, and the policies with a failing cell. */
async function failingRows(runner: TableRunner, table: TruthTable, weakening: Weakening): Promise<string[]> {
  const failing: string[] = []
  for (const policy of Object.keys(table.policies)) {
    const rows = runner.rowsOf(policy)
    if (![policy, ...rows.map(({ row }) => row)].some((one) => weakening.failing.includes(one))) continue
    await runner.serve(policy, { ...weakening, edit: weakened(weakening) })
    const cells = await runner.cellsOf(policy)
    if (cells.some(({ expected, got }) => expected !== got)) failing.push(policy)
    for (const row of rows) {
      const { problems } = await runner.outcomeOf(row)
      if (problems.length > 0) failing.push(row.row)
    }
  }
  return [...new Set(failing)]
}

t.test('the suite fails for each removed protection', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const table = readTruthTable()
  const runner = await TableRunner.start(t, table)
  for (const weakening of WEAKENINGS) {
    await t.test(`with ${weakening.title}`, async (t) => {
      const failing = await failingRows(runner, table, weakening)
      t.comment(`${weakening.title}: ${failing.join(' ')} fail`)
      t.same(
        weakening.failing.filter((row) => !failing.includes(row)),
        [],
        'each row about the protection fails',
      )
    })
  }
  t.same(
    await failingRows(runner, table, { title: 'nothing', failing: Object.keys(table.policies) }),
    [],
    'the twin: with all protections, no row fails',
  )
})
