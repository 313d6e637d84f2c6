// The API document against a running control plane: requests that are valid, almost valid and invalid, and no answer that is
// not documented. `npm run test:schemathesis` tries more of them, with another seed each time, and each keyword of the document.

import { randomInt } from 'node:crypto'
import t from 'tap'
import { OPERATIONS } from '../../api/operations.ts'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { runSchemathesis } from '../../test/support/schemathesis.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startControlPlane } from '../control-plane.ts'
import { EXAMPLE_DOCUMENT } from './examples.ts'

const { SWITCHYARD_SCHEMATHESIS_EXAMPLES: wanted } = process.env

t.test('every answer is as the API document says, and none is a server error', async (t) => {
  if (!requireTool(t, 'schemathesis')) return
  const { adminUrl, xdsAddress, close } = await startControlPlane({
    config: EXAMPLE_DOCUMENT,
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
  })
  t.teardown(close)
  new AnsweringNode(t, xdsAddress, { id: 'edge-1', cluster: 'edge' })
  const end = new AbortController()
  t.teardown(() => end.abort())
  const { code, output } = await runSchemathesis({
    url: `${adminUrl}/openapi.json`,
    examples: Number(wanted ?? 10),
    coversDocuments: wanted !== undefined,
    folder: testFolder(t),
    signal: end.signal,
    ...(wanted !== undefined && { seed: randomInt(2 ** 31) }),
  })
  t.equal(code, 0, 'it finds nothing', { output })
  // A stream of events has no end that it could wait for.
  const { length } = Object.keys(OPERATIONS).filter((id) => id !== 'getEvents')
  t.match(output, new RegExp(`Tested: +${length}\\b`), 'it has tested every operation')
})
