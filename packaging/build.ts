// `npm run build:library`: builds the package of the library and packs it.

import { relative } from 'node:path'
import { buildLibrary, PACKAGE_FOLDER } from './build-library.ts'
import { packLibrary } from './pack-library.ts'

await buildLibrary()
const { file, bytes } = await packLibrary(PACKAGE_FOLDER)
console.log(`${relative(process.cwd(), file)}, ${(bytes / 1024 / 1024).toFixed(2)} MiB`)
