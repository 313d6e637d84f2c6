// Loaded into each process of a run of tests before its program: leads imports of packages to their bundles. Its query is the URL of
// their folder. Programs that tests start inherit it by NODE_OPTIONS, also those of other projects and of older Nodes, so it only
// changes what leads to the very packages that were bundled.
import { readFileSync } from 'node:fs'
import module from 'node:module'
import { TABLE } from './bundled-packages.js'

const folder = `${new URL(import.meta.url).search.slice(1)}/`
const root = new URL('../../', import.meta.url).href
/** The project's own modules: from each of them, a package is the same file. */
const OWN = /^(?!\.tap\/|\.tools\/|reports\/)(?!.*node_modules\/)/

const table = new Map(
  Object.entries(JSON.parse(readFileSync(new URL(TABLE, folder), 'utf8'))).map(([name, { from, to }]) => [
    name,
    { from, bundle: { url: new URL(to, folder).href, format: 'module', shortCircuit: true } },
  ]),
)

module.registerHooks?.({
  resolve(specifier, context, next) {
    const found = table.get(specifier)
    if (found === undefined || !context.conditions.includes('import')) return next(specifier, context)
    const { parentURL = '' } = context
    if (parentURL.startsWith(root) && OWN.test(parentURL.slice(root.length))) return found.bundle
    const resolved = next(specifier, context)
    return resolved.url === found.from ? found.bundle : resolved
  },
})
