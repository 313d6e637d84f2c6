// Builds what browsers load, by Vite: the page, and single modules with everything they import.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type InlineConfig, type Rolldown } from 'vite'

const PAGE = fileURLToPath(new URL('page', import.meta.url))

const COMMON: InlineConfig = { configFile: false, logLevel: 'warn' }

/** Writes `index.html` and its assets into the folder. */
export async function buildPage(outDir: string): Promise<void> {
  await build({ ...COMMON, root: PAGE, base: './', build: { outDir, emptyOutDir: true } })
}

/**
 * Writes `NAME.js`, an ES module that needs no other, and keeps what is in the folder.
 * @param entry path of the TypeScript module
 */
export async function bundleModule(entry: string, outDir: string, name: string): Promise<void> {
  const rolldownOptions: Rolldown.RolldownOptions = {
    input: { [name]: entry },
    // The entry is no script of a page: its exports are what it is for.
    preserveEntrySignatures: 'strict',
    output: { entryFileNames: '[name].js', codeSplitting: false },
  }
  await build({ ...COMMON, root: PAGE, build: { outDir, emptyOutDir: false, rolldownOptions } })
}

export interface BundleSize {
  /** Minified, in bytes. */
  readonly bytes: number
  /** The same as servers send it. */
  readonly gzipBytes: number
}

/** The size of all scripts of a folder, or of one file. */
export async function sizeOf(folder: string, file?: string): Promise<BundleSize> {
  const names = file === undefined ? await readdir(folder, { recursive: true }) : [file]
  const scripts = names.filter((name) => name.endsWith('.js'))
  const contents = await Promise.all(scripts.map((name) => readFile(join(folder, name))))
  return {
    bytes: contents.reduce((sum, content) => sum + content.length, 0),
    gzipBytes: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0),
  }
}
