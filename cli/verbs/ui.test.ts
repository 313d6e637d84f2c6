// `yard ui` against a control plane, and the browser that it opens.

import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'
import { openInBrowser } from './open-in-browser.ts'

t.test('yard ui prints a link that logs in once, as the role that it names', async (t) => {
  const { adminUrl, rest, yard } = await startYardAndControlPlane(t, sampleWith({}))
  const roleOf = async (...flags: readonly string[]) => {
    const { code, stdout } = await yard(t, 'ui', ...flags)
    t.equal(code, 0)
    t.ok(stdout.startsWith(`${adminUrl}/ui/#login=`), stdout)
    return (await rest.createSession(stdout.trim().split('#login=')[1] ?? '')).role
  }
  t.equal(await roleOf(), 'operator')
  t.equal(await roleOf('--role', 'viewer'), 'viewer')
  t.match(await yard(t, 'ui', '--role', 'admin'), { code: 2, output: /Allowed choices are viewer, operator/ })
})

t.test('the browser of this machine opens the link', async (t) => {
  const server = createServer((_request, response) => response.end())
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const folder = testFolder(t)
  for (const name of ['xdg-open', 'open']) {
    const file = join(folder, name)
    await writeFile(file, `#!${process.execPath}\nfetch(process.argv[2])\n`)
    await chmod(file, 0o700)
  }
  const opened = once(server, 'request')
  const { port } = server.address() as AddressInfo
  t.equal(await openInBrowser(`http://127.0.0.1:${port}/ui/`, { PATH: folder }), undefined)
  t.match(await opened, [{ url: '/ui/' }])
})

t.test('without a browser, the person opens the link', async (t) => {
  t.match(
    await openInBrowser('http://127.0.0.1:1/ui/', { PATH: testFolder(t) }),
    /did not start .*: open the link yourself/,
  )
})
