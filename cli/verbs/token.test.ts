// `yard token`: tokens made, used, listed and revoked, by the command as a process.

import { join } from 'node:path'
import t from 'tap'
import { RestClient } from '../../api/client.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'
import { runYard } from '../../test/support/yard-process.ts'

t.test('an admin makes a token for one fleet, lists it and revokes it', async (t) => {
  const folder = testFolder(t)
  const { adminUrl, yard } = await startYardAndControlPlane(t, sampleWith({}), { accessFolder: folder })
  const file = join(folder, 'tokens.json')
  t.match(await yard(t, 'token', 'list'), { code: 1, output: /YARD_TOKEN is not set/ })
  const { stdout: admin } = await runYard(t, folder, 'token', 'admin', '--file', file)
  process.env.YARD_TOKEN = admin.trim()
  t.teardown(() => delete process.env.YARD_TOKEN)

  const flags = ['--role', 'operator', '--fleet', 'edge', '--lifetime', '12h']
  const made = await yard(t, 'token', 'create', 'ci', ...flags)
  t.match(made, { code: 0, output: /made the token ci: operator, until 20/ })
  const ci = new RestClient({ url: adminUrl, token: made.stdout.trim() })
  t.match(await ci.getSession(), { name: 'ci', role: 'operator', fleets: ['edge'] })
  t.match(await yard(t, 'token', 'list'), {
    stdout: /admin +admin +all +never +its file[\s\S]*ci +operator +edge +20\S+ +admin/,
  })
  t.match(await runYard(t, folder, 'token', 'ci', '--file', file), { code: 1, output: /digest only/ })
  t.match(await yard(t, 'token', 'create', 'ci', ...flags), { code: 1, output: /already/ })
  t.match(await yard(t, 'token', 'create', 'x', '--role', 'owner'), {
    code: 2,
    output: /Allowed choices are/,
  })
  t.match(await yard(t, 'token', 'create', 'x', '--role', 'viewer', '--lifetime', '1d'), {
    code: 2,
    output: /lifetime/,
  })

  t.match(await yard(t, 'token', 'revoke', 'ci'), { code: 0, output: /revoked the token ci/ })
  await t.rejects(ci.getSession(), { code: 'unauthenticated' })
  t.match(await yard(t, 'token', 'revoke', 'ci'), { code: 2, output: /no token "ci"/ })
})
