// The option by which servers of several processes share a port, and which Node knows it.

import { type Check, FLAG } from '../../core/option-checks.ts'

/**
 * An older Node ignores `reusePort` of `listen`: the second process would find the port in use, and one of `node:cluster` would wait
 * forever. https://nodejs.org/api/net.html#serverlistenoptions-callback
 * @param version of Node, such as 20.12.0
 */
export function reusePortIn(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isKnown = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
  return (value, path) =>
    value === true && !isKnown
      ? [{ path, message: `needs Node 22.12, 23.1 or newer, and this is Node ${version}` }]
      : FLAG(value, path)
}
