// Mutation tests of the truth table: with one protection removed, cells about it must fail.

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
import type { Mutant } from '../../policy-tests/mutations/protections.ts'
import { protectionsOf } from '../../policy-tests/mutations/protections.ts'
import { runMutations, type Target } from '../../policy-tests/mutations/run-mutations.ts'
import { usesOf } from '../../policy-tests/mutations/uses.ts'
import { openPolicyBed } from '../../policy-tests/run/policy-bed.ts'
import { editFilterChains, withoutFilter } from '../support/edit-filter-chains.ts'
import { requireTool } from '../support/requirements.ts'
import { readTruthTable, rowOf } from '../support/truth-table.ts'

interface Weakening {
  readonly title: string
  readonly manager?: (manager: HttpConnectionManager) => void
  readonly provider?: (provider: JwtProvider) => void
  /** Each of these rows must fail. Others may fail too. */
  readonly failing: readonly string[]
}

/** What no switch turns off: it is in every chain, or in every provider. */
const WEAKENINGS: readonly Weakening[] = [
  {
    title: 'tokens without exp accepted',
    provider: (provider) => {
      provider.requireExpiration = false
      // A maximum lifetime also requires exp.
      delete provider.maxLifetime
    },
    failing: ['S14', 'S15'],
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

t.test('the truth table notices each removed protection', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { parts } = await readTruthTable()
  const bed = openPolicyBed()
  t.teardown(() => bed.close())

  await t.test('of the documents: whatever a switch declares as weaker', async (t) => {
    const targets = parts.map(
      ({ suite, document }): Target => ({
        protections: protectionsOf(document, usesOf(document, [suite])),
        run: (weaker) => bed.run(suite, weaker),
      }),
    )
    const keyOf = ({ path, change }: Pick<Mutant, 'path' | 'change'>) => `${path}: ${change}`
    const all = new Set(targets.flatMap(({ protections }) => protections.mutants.map(keyOf)))
    const noticed = new Set<string>()
    for (const target of targets) {
      const { outcomes } = await runMutations([target], (one) => !noticed.has(keyOf(one)))
      for (const { mutant, noticedBy } of outcomes) {
        if (noticedBy.length === 0) continue
        noticed.add(keyOf(mutant))
        t.comment(`${keyOf(mutant)}: ${noticedBy.map(({ caller }) => caller).join(', ')}`)
      }
    }
    t.ok(all.size > 25)
    t.strictSame(
      [...all].filter((one) => !noticed.has(one)),
      [],
      'some cell fails without each of them',
    )
  })

  for (const weakening of WEAKENINGS) {
    await t.test(`of every chain: ${weakening.title}`, async (t) => {
      const about = (cell: { readonly caller: string }) => weakening.failing.includes(rowOf(cell) ?? '')
      const failing = new Set<string | undefined>()
      for (const { suite, document } of parts) {
        if (!suite.cells.some(about)) continue
        const { cells } = await bed.run(suite, document, { edit: weakened(weakening) })
        for (const cell of cells) if (!cell.passed) failing.add(rowOf(cell))
      }
      t.strictSame(
        weakening.failing.filter((row) => !failing.has(row)),
        [],
        'each row about the protection fails',
      )
    })
  }

  await t.test('the twin: with all protections, no cell fails', async (t) => {
    for (const { suite, document } of parts) {
      const { cells } = await bed.run(suite, document)
      t.strictSame(
        cells.filter(({ passed }) => !passed).map(({ call, caller }) => `${call} by ${caller}`),
        [],
      )
    }
  })
})
