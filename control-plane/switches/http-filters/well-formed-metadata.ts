// Refuses calls whose binary metadata is none: what each server makes of it is anybody's guess.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { LuaSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/lua/v3/lua_pb.js'
import type { FixedFilter } from '../http-filter.ts'

/**
 * A header whose name ends in `-bin` has values in base64, with or without padding, several of them joined by commas:
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. Envoy passes others on (seen with 1.40), and grpc-js leaves
 * out what it cannot read before a service sees it. The answer is HTTP 400, which gRPC clients know as INTERNAL.
 */
const SCRIPT = `
local function isBase64(value)
  for part in (value .. ","):gmatch("%s*([^,]-)%s*,") do
    local text, padding = part:match("^([%w+/]*)(=?=?)$")
    if text == nil or #text % 4 == 1 then return false end
    if padding ~= "" and (#text + #padding) % 4 ~= 0 then return false end
  end
  return true
end

function envoy_on_request(handle)
  local malformed = false
  for name, value in pairs(handle:headers()) do
    if name:sub(-4) == "-bin" and not isBase64(value) then malformed = true end
  end
  if malformed then handle:respond({[":status"] = "400"}, "binary metadata is not base64") end
end
`

export const wellFormedMetadata: FixedFilter = {
  name: 'lua',
  after: [],
  toExtension: () =>
    anyPack(
      LuaSchema,
      create(LuaSchema, {
        defaultSourceCode: { specifier: { case: 'inlineString', value: SCRIPT.trimStart() } },
      }),
    ),
}
