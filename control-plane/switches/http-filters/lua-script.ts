// A Lua script of the operator's, from a file: logic in Envoy itself.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { LuaSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/lua/v3/lua_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'
import { contentOf, FilePath } from '../setting-file.ts'
import { FilterOfRuleSchema, onOrOff } from './filter-of-rule.ts'

const MAX_SCRIPT = 65_536
const ENTRY_POINTS = /\b(envoy_on_request|envoy_on_response)\b/

/**
 * `filters.lua` of a fleet; a rule may be without it. Envoy's Lua has the libraries `io` and `os`, so a script reads files and starts
 * programs as the user of the Envoy (seen with 1.40), and one that does not end stops a worker with all its calls. So it comes
 * from a file only: whoever may write a document may not run programs on the hosts of Envoys. It is behind all checks.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter
 */
export const luaScript = httpFilterSwitch({
  name: 'lua_script',
  after: ['header_mutation', 'jwt_authn', 'ext_authz', 'rbac', 'grpc_stats', 'fault', 'buffer', 'ext_proc'],
  field: 'lua',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      file: FilePath('the file of a script of at most 64 KiB', {
        envoy: 'Lua.default_source_code.inline_string',
        example: 'tag.lua',
      }),
    },
    {
      additionalProperties: false,
      description:
        'a Lua script, { enabled: true, file: tag.lua }: it runs as the Envoy itself, with its rights',
      ...facts({ envoy: 'Lua', example: { enabled: true, file: 'tag.lua' } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [LuaSchema, FilterConfigSchema],
  files: ({ file }) => [{ steps: ['file'], file, maxBytes: MAX_SCRIPT, check: checkScript }],
  toExtension: ({ file }, { files }) =>
    anyPack(
      LuaSchema,
      create(LuaSchema, {
        defaultSourceCode: {
          specifier: { case: 'inlineString', value: Buffer.from(contentOf(files, file)).toString('utf8') },
        },
      }),
    ),
  rule: { schema: FilterOfRuleSchema, toExtension: onOrOff },
})

/** Whether it is Lua at all is for Envoy to say, which NACKs a script that it cannot load. */
function checkScript(bytes: Uint8Array): readonly PlacedProblem[] {
  const steps = ['file']
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return [{ steps, message: 'is not text in UTF-8: name a script' }]
  }
  if (ENTRY_POINTS.test(text)) return []
  const message =
    'has neither envoy_on_request nor envoy_on_response, so Envoy would never run it: define one of these functions'
  return [{ steps, message }]
}
