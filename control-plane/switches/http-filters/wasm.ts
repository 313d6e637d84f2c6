// A WebAssembly module of the operator's, from a file: logic in Envoy itself, in a sandbox.

import { create } from '@bufbuild/protobuf'
import { anyPack, StringValueSchema } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { WasmSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/wasm/v3/wasm_pb.js'
import { Type } from 'typebox'
import { memoize } from '../../../core/memo.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'
import { contentOf, FilePath } from '../setting-file.ts'
import { FilterOfRuleSchema, onOrOff } from './filter-of-rule.ts'

const MAX_MODULE = 4 * 1_048_576
const ABI = /^proxy_abi_version_/

/**
 * `filters.wasm` of a fleet; a rule may be without it. The module sees memory of its own and what Envoy's interface for modules
 * (Proxy-Wasm) gives it, but neither files nor programs of the host. It runs on the workers: one that does not end stops a worker. It is
 * behind all checks, and may change everything of a call, as a Lua script does.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/wasm_filter
 */
export const wasm = httpFilterSwitch({
  name: 'wasm',
  after: [
    'header_mutation',
    'jwt_authn',
    'ext_authz',
    'rbac',
    'grpc_stats',
    'fault',
    'buffer',
    'ext_proc',
    'lua_script',
  ],
  field: 'wasm',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      file: FilePath('the file of a module of at most 4 MiB, built for Proxy-Wasm', {
        envoy: 'PluginConfig.vm_config.code.local',
        example: 'tag.wasm',
      }),
      rootId: Type.Optional(
        Type.String({
          maxLength: 300,
          default: '',
          description: 'the name by which the module tells its plugins apart',
          ...facts({ envoy: 'PluginConfig.root_id', example: 'tag' }),
        }),
      ),
      configuration: Type.Optional(
        Type.String({
          maxLength: 65_536,
          default: '',
          description: 'a text that the module gets when it starts',
          ...facts({ envoy: 'PluginConfig.configuration', example: '{"region":"eu"}' }),
        }),
      ),
      onFailure: Type.Optional(
        Type.Enum(['deny', 'allow'], {
          default: 'deny',
          description:
            'deny, which fails calls with 503 if the module has crashed, or allow, which goes on without it',
          ...facts({ envoy: 'PluginConfig.fail_open' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'a WebAssembly module, { enabled: true, file: tag.wasm }',
      ...facts({ envoy: 'Wasm', example: { enabled: true, file: 'tag.wasm' } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [WasmSchema, StringValueSchema, FilterConfigSchema],
  files: ({ file }) => [{ steps: ['file'], file, maxBytes: MAX_MODULE, check: checkModule }],
  toExtension: ({ file, rootId, configuration, onFailure }, { files }) =>
    anyPack(
      WasmSchema,
      create(WasmSchema, {
        config: {
          name: file,
          rootId,
          failOpen: onFailure === 'allow',
          ...(configuration !== '' && {
            configuration: anyPack(StringValueSchema, create(StringValueSchema, { value: configuration })),
          }),
          vm: {
            case: 'vmConfig',
            value: {
              runtime: 'envoy.wasm.runtime.v8',
              code: {
                specifier: {
                  case: 'local',
                  value: { specifier: { case: 'inlineBytes', value: contentOf(files, file) } },
                },
              },
            },
          },
        },
      }),
    ),
  rule: { schema: FilterOfRuleSchema, toExtension: onOrOff },
})

/** What is used of https://www.w3.org/TR/wasm-js-api/, which TypeScript declares for browsers only. */
interface ModuleConstructor {
  new (bytes: Uint8Array): object
  exports(module: object): readonly { readonly name: string }[]
}
const { Module } = (globalThis as unknown as { readonly WebAssembly: { readonly Module: ModuleConstructor } })
  .WebAssembly

/** Documents are checked at each write, and a module is compiled for it once. */
const checkModule = memoize((bytes: Uint8Array): readonly PlacedProblem[] => {
  const steps = ['file']
  let exported: readonly string[]
  try {
    exported = Module.exports(new Module(bytes)).map(({ name }) => name)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [{ steps, message: `is not a WebAssembly module (${reason}): build it again` }]
  }
  if (exported.some((name) => ABI.test(name))) return []
  const message =
    'is a module for something else: it exports no proxy_abi_version, as the SDKs of Proxy-Wasm make it'
  return [{ steps, message }]
})
