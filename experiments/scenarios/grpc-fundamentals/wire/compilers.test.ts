// protoc and buf beside each other.

import t from 'tap'
import type { RunContext } from '../../../../harness/scenario.ts'
import { requireTool } from '../../../../test/support/requirements.ts'
import { testFolder } from '../../../../test/support/test-folder.ts'
import { type CompiledSchema, type EncodedMessage, measureCompilers } from './compilers.ts'

t.test(
  'O1.2: protoc and buf make the same bytes of schemas, and of messages except for their order',
  async (t) => {
    if (!requireTool(t, 'protoc')) return
    const { texts = {} } = await measureCompilers({ folder: testFolder(t) } as unknown as RunContext)
    const schemas = JSON.parse(texts.schemas ?? '') as readonly CompiledSchema[]
    t.equal(schemas.length, 6)
    t.ok(schemas.every(({ same, bufBytes }) => same && bufBytes > 400))
    const [every, , map] = JSON.parse(texts.messages ?? '') as readonly EncodedMessage[]
    t.strictSame(every?.other, {})
    t.equal(map?.other['buf convert'], '6a050a016110026a050a017a1001', 'buf sorts a map')
    t.match(JSON.parse(texts.mismatch ?? ''), { hex: '080412020805', protoc: /^customer: .*, 1: 4$/ })
    t.match(texts.protoc, /^"libprotoc \d/)
  },
)
