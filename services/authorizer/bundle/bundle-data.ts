// The documents below `data`, from the files of a bundle whose signature was verified.

import { posix } from 'node:path'
import type { JsonObject } from '@bufbuild/protobuf'
import { SwitchyardError } from '../../../core/errors.ts'
import { isMap } from '../../../core/plain-map.ts'
import type { BundleFiles } from './archive.ts'

export const DATA = 'data.json'

/** Names that objects of JavaScript inherit: a value below them would reach all objects of the process. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype))

/**
 * Merges the data files, the root first: `roles/data.json` becomes `data.roles`.
 * @throws SwitchyardError `bad-bundle` if a file is not a JSON object, is below a text, number or list, or has a path with a name
 *   such as `__proto__`
 */
export function dataOf(files: BundleFiles): JsonObject {
  const data = emptyObject()
  const paths = [...files.keys()].filter((path) => posix.basename(path) === DATA)
  for (const path of paths.toSorted((a, b) => a.split('/').length - b.split('/').length)) {
    const steps = path.split('/').slice(0, -1)
    let at = data
    for (const step of steps) {
      if (INHERITED.has(step)) {
        throw new SwitchyardError(
          'bad-bundle',
          `${path} of the bundle has ${step} in its path; rename the folder`,
        )
      }
      const below = at[step] ?? emptyObject()
      if (!isMap(below)) {
        throw new SwitchyardError(
          'bad-bundle',
          `${path} of the bundle is below a value that is not an object`,
        )
      }
      at[step] = below as JsonObject
      at = below as JsonObject
    }
    Object.assign(at, parseObject(files, path))
  }
  return data
}

/** A file as a JSON object; an empty one if there is no such file. @throws SwitchyardError `bad-bundle` */
export function parseObject(files: BundleFiles, path: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(files.get(path) ?? '{}').toString())
  } catch (cause) {
    throw new SwitchyardError('bad-bundle', `${path} of the bundle is not JSON`, { cause })
  }
  if (isMap(value)) return value as JsonObject
  throw new SwitchyardError('bad-bundle', `${path} of the bundle is not a JSON object`)
}

/** Without a prototype: files may name anything. */
function emptyObject(): JsonObject {
  return Object.create(null)
}
