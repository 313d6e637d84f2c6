// The page's files: where they are, with which headers, and what is answered without them.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { servePage } from '../../test/support/served-page.ts'
import { testFolder } from '../../test/support/test-folder.ts'

const PAGE = '<!doctype html><title>Switchyard</title>'

/** With a page of two files, and a secret beside its folder. */
async function start(t: Test) {
  const folder = testFolder(t, {
    'secret.txt': 'secret',
    dist: { 'index.html': PAGE, assets: { 'page-1a2b.js': 'run()' } },
  })
  return await servePage(t, join(folder, 'dist'))
}

t.test('the page is at /ui/, where / and /ui lead', async (t) => {
  const admin = await start(t)
  for (const url of ['/', '/ui'])
    t.match(await admin.inject(url), { statusCode: 302, headers: { location: '/ui/' } })
  t.match(await admin.inject('/ui/'), {
    statusCode: 200,
    body: PAGE,
    headers: { 'content-type': /^text\/html/ },
  })
  t.match(await admin.inject('/ui/assets/page-1a2b.js'), { statusCode: 200, body: 'run()' })
})

t.test(
  'every answer below /ui/ has the strict policy, and tells no other site where the browser was',
  async (t) => {
    const admin = await start(t)
    for (const url of ['/ui/', '/ui/assets/page-1a2b.js', '/ui/no-such-file']) {
      const { headers } = await admin.inject(url)
      t.equal(
        headers['content-security-policy'],
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        url,
      )
      t.match(headers, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }, url)
    }
  },
)

t.test('browsers keep files with a hash in their name, and ask again for the page', async (t) => {
  const admin = await start(t)
  const cacheOf = async (url: string) => (await admin.inject(url)).headers['cache-control']
  t.equal(await cacheOf('/ui/'), 'no-cache')
  t.match(await cacheOf('/ui/assets/page-1a2b.js'), /immutable/)
  t.equal(await cacheOf('/ui/assets/gone-1a2b.js'), 'no-store', 'a missing file is not kept')
})

t.test('no path leads out of the folder of the page', async (t) => {
  const admin = await start(t)
  for (const path of [
    '../secret.txt',
    '%2e%2e/secret.txt',
    '..%2fsecret.txt',
    '..%5csecret.txt',
    '/etc/passwd',
  ]) {
    const { statusCode, body } = await admin.inject(`/ui/${path}`)
    t.ok(statusCode === 404 || statusCode === 400, `${path}: ${statusCode}`)
    t.notMatch(body, /^secret|root:/, path)
  }
  t.equal((await admin.inject('/ui/index.html')).statusCode, 200, 'twin')
})

t.test('a page that is not built is a problem that names the command', async (t) => {
  const admin = await servePage(t, join(testFolder(t), 'dist'))
  const { statusCode, body } = await admin.inject('/ui/')
  t.equal(statusCode, 404)
  t.match(JSON.parse(body), { type: 'urn:switchyard:error:not-found', detail: /npm run build:page/ })
})
