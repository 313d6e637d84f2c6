// The bundle of the live page: small, and fit for a strict content security policy.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { bundlePage, gzipBytesOf } from './bundle.ts'

t.test('the bundle of the live page', async (t) => {
  const folder = testFolder(t, { 'old.js': 'of an earlier build' })
  await bundlePage(folder)
  const html = await readFile(join(folder, 'index.html'), 'utf8')

  t.test('has at most 150 KB with gzip', async (t) => {
    const bytes = await gzipBytesOf(folder)
    t.ok(bytes > 10_000 && bytes <= 150 * 1024, `${bytes} bytes`)
  })
  t.test('has no script or style in the HTML, and loads only what is beside it', async (t) => {
    t.notMatch(html, /<script(?![^>]*\ssrc=)/)
    t.notMatch(html, /<style|\sstyle=|\son\w+=/)
    const loaded = [...html.matchAll(/<(?:script|link)[^>]*?(?:src|href)="([^"]+)"/g)].map(([, url]) => url)
    const outside = loaded.filter((url) => !url?.startsWith('./assets/') && !url?.startsWith('data:image/'))
    t.same(outside, [])
    t.equal(loaded.length, 3, 'an icon, a script and a style sheet')
  })
  t.test('replaces an earlier one', async (t) => {
    t.notOk((await readdir(folder)).includes('old.js'))
  })
})
