// `npm run build:page`: builds the live page into `web/live/dist`, from where the control plane serves it.

import { fileURLToPath } from 'node:url'
import { bundlePage, gzipBytesOf } from './bundle.ts'

export const DIST = fileURLToPath(new URL('dist', import.meta.url))

if (import.meta.main) {
  await bundlePage(DIST)
  process.stdout.write(`web/live/dist: ${Math.ceil((await gzipBytesOf(DIST)) / 1024)} KB with gzip\n`)
}
