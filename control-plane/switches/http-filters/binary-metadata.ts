// Binary metadata of callers: denied where it is not base64, because servers disagree on what it means then, or taken out.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { HeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import { LuaSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/lua/v3/lua_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { MAX_HEADERS } from '../header-limits.ts'
import { facts } from '../schema-keywords.ts'
import { removeMatching } from './owned-headers.ts'

/** Joining values by commas must not get more of them through than the headers that a call has by default. */
const MAX_BINARY_VALUES = MAX_HEADERS

/**
 * A header whose name ends in `-bin` has base64 values, padded or not. Commas may join several values:
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. Envoy 1.40 forwards other values, and grpc-js drops what it
 * cannot decode before a service sees it. The answer is HTTP 400, which gRPC clients map to INTERNAL.
 *
 * The script runs on the worker that serves all calls, before any check has seen the call. So it reads each byte once: every
 * pattern starts at a fixed position (`^`) and ends with its repetition, so it never backtracks. Nothing else in Envoy 1.40 matches
 * the values of all headers whose names have a suffix: its matchers take one name, and its CEL has no loops over headers.
 */
const SCRIPT = `
local max_values = ${MAX_BINARY_VALUES}

-- Returns the number of base64 values in the text, or nil if one of them is malformed or there are more than max_values.
local function count_base64(text)
  local at = 1
  for count = 1, max_values do
    local _, spaces_end = text:find("^[ \\t]*", at)
    local _, letters_end = text:find("^[%w+/]*", spaces_end + 1)
    local _, padding_end = text:find("^=*", letters_end + 1)
    local letters = letters_end - spaces_end
    local padding = padding_end - letters_end
    if letters % 4 == 1 or padding > 2 then return nil end
    if padding > 0 and (letters + padding) % 4 ~= 0 then return nil end
    local _, part_end = text:find("^[ \\t]*", padding_end + 1)
    if part_end == #text then return count end
    if text:byte(part_end + 1) ~= 44 then return nil end
    at = part_end + 2
  end
  return nil
end

function envoy_on_request(handle)
  local left = max_values
  for name, value in pairs(handle:headers()) do
    if left and name:sub(-4) == "-bin" then
      local count = count_base64(value)
      left = count and count <= left and left - count
    end
  end
  if not left then handle:respond({[":status"] = "400"}, "binary metadata is not base64, or has over 100 values") end
end
`

/**
 * `filters.binaryMetadata` of a fleet. It is off by default: every call would pay for a script, and the service that reads a value has
 * to check it anyway. Without it, a value that is not base64 reaches the service, whose library decodes it in its own way or drops it.
 */
export const binaryMetadata = httpFilterSwitch({
  name: 'binary_metadata',
  // Answers of filters pass those before them on their way back: a page can read why its call was denied.
  after: ['cors', 'grpc_web', 'grpc_json_transcoder', 'query_denial'],
  field: 'binaryMetadata',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false', ...facts({ weaker: { value: false } }) }),
      allow: Type.Optional(
        Type.Enum(['base64', 'none'], {
          default: 'base64',
          description:
            'base64, which denies calls with values that are not base64 or with more than 100 of them, by a script in Lua, or none, which takes out all metadata whose name ends with -bin, without a script',
          ...facts({ envoy: 'Lua.default_source_code.inline_string' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'a check of metadata whose name ends with -bin, such as { enabled: true }',
      ...facts({ envoy: 'Lua', example: { enabled: true, allow: 'none' } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [LuaSchema, HeaderMutationSchema],
  toExtension: ({ allow }) => (allow === 'none' ? WITHOUT_BINARY : ONLY_BASE64),
})

const ONLY_BASE64 = anyPack(
  LuaSchema,
  create(LuaSchema, {
    defaultSourceCode: { specifier: { case: 'inlineString', value: SCRIPT.trimStart() } },
  }),
)

const WITHOUT_BINARY = anyPack(
  HeaderMutationSchema,
  create(HeaderMutationSchema, { mutations: { requestMutations: [removeMatching('.*-bin')] } }),
)
