// Bundles the live page by Vite.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const PAGE = fileURLToPath(new URL('page', import.meta.url))

/** Writes `index.html` and its assets into the folder. Nothing is inline, so that a strict content security policy holds. */
export async function bundlePage(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: PAGE,
    base: './',
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      // Every browser with `light-dark()` of CSS preloads modules itself.
      modulePreload: { polyfill: false },
      target: 'es2023',
      cssTarget: 'chrome123',
    },
  })
}

/** The size of everything that a browser loads, as servers send it with gzip. */
export async function gzipBytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))))
  return contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0)
}
