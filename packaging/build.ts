// `npm run build:library`: builds the package of the library and packs it.

import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildLibrary } from './build-library.ts'
import { packLibrary } from './pack-library.ts'

const folder = fileURLToPath(new URL('../dist/library', import.meta.url))
await buildLibrary(folder)
const { file, bytes } = await packLibrary(folder)
console.log(`${relative(process.cwd(), file)}, ${(bytes / 1024 / 1024).toFixed(2)} MiB`)
