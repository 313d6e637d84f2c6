// Loads our own modules anew for each mutant, in one process: packages and generated protos stay loaded.

import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'

/** One for each caller: a module with a known URL is never evaluated again. */
let callers = 0

export interface FreshModules {
  /** From now on, `load` loads all modules below the folder again. */
  renew(): void
  load(path: string): Promise<unknown>
}

/**
 * A module below `folder` is the same only for importers of the same generation: each generation has its own query in the
 * URLs. So nothing that one mutant has left in a module, such as a memo table, reaches the next.
 * @param folder URL of the folder, which ends in a slash
 * @param tap what modules below the folder get as the default export of tap
 */
export function createFreshModules(folder: string, tap: object): FreshModules {
  let generation = 0
  const code = new Map<string, string>()
  const resolutions = new Map<string, string>()
  callers += 1
  const name = `switchyardTap${callers}`
  const tapUrl = `switchyard-mutation:${name}`
  Object.assign(globalThis, { [name]: tap })
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const { parentURL = '' } = context
      if (!parentURL.startsWith(folder)) return nextResolve(specifier, context)
      if (specifier === 'tap') return { url: tapUrl, format: 'module', shortCircuit: true }
      const [parent, query] = parentURL.split('?')
      // The same in each generation, and Node looks at the disk for it.
      const key = `${specifier} ${parent}`
      const url = resolutions.get(key) ?? nextResolve(specifier, context).url
      resolutions.set(key, url)
      return {
        url: query !== undefined && url.startsWith(folder) ? `${url}?${query}` : url,
        shortCircuit: true,
      }
    },
    load(url, context, nextLoad) {
      if (url === tapUrl) {
        return { format: 'module', source: `export default globalThis.${name}`, shortCircuit: true }
      }
      const [file = ''] = url.split('?')
      if (!file.startsWith(folder) || !file.endsWith('.ts')) return nextLoad(url, context)
      const source = code.get(file) ?? stripTypeScriptTypes(readFileSync(fileURLToPath(file), 'utf8'))
      code.set(file, source)
      return { format: 'module', source, shortCircuit: true }
    },
  })
  return {
    renew() {
      generation += 1
    },
    load: (path) => import(`${folder}${path}?generation=${generation}`),
  }
}
