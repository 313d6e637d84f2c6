// Bundles packages into a few files each, in the folder that its argument names. Runs as a program on Node 24.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'vite'
import { BUNDLED, bundleOf, TABLE } from './bundled-packages.js'

const [, , folder = ''] = process.argv

mkdirSync(dirname(folder), { recursive: true })
const draft = mkdtempSync(`${folder}.`)
try {
  const entries = await Promise.all(
    BUNDLED.map((name, index) => writeEntry(name, join(draft, `${index}.mjs`))),
  )
  await build({
    configFile: false,
    logLevel: 'error',
    root: draft,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      minify: false,
      outDir: draft,
      emptyOutDir: false,
      // All together, so that bundles share what several packages need.
      rolldownOptions: {
        // Every statement of the packages runs, as without bundles.
        treeshake: false,
        input: Object.fromEntries(entries),
        output: { entryFileNames: '[name]', chunkFileNames: 'node_modules/shared/[name].mjs' },
      },
    },
  })
  const table = BUNDLED.map((name) => [name, { from: import.meta.resolve(name), to: bundleOf(name) }])
  writeFileSync(join(draft, TABLE), JSON.stringify(Object.fromEntries(table)))
  // Whole or not at all: another start may look at the same moment.
  if (!existsSync(folder)) renameSync(draft, folder)
} finally {
  rmSync(draft, { recursive: true, force: true })
}

async function writeEntry(name, file) {
  writeFileSync(file, await entryOf(name))
  return [bundleOf(name), file]
}

/** A module with the exports of a package. A CommonJS package has those that Node finds in it, which bundlers don't. */
async function entryOf(name) {
  const exported = await import(name)
  const source = JSON.stringify(name)
  if (!('module.exports' in exported)) {
    return `export * from ${source}\n${'default' in exported ? `export { default } from ${source}\n` : ''}`
  }
  const names = Object.keys(exported).filter((key) => key !== 'default' && key !== 'module.exports')
  return `import all from ${source}\nexport default all\nexport const { ${names.join(', ')} } = all\n`
}
