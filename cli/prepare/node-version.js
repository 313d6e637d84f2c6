// Reports early that the Node running the launcher is too old.

const OLDEST_MAJOR = 20

/** @throws Error if `version` (such as `18.19.0`) is older than npm's own packages and the launcher need */
export function checkNodeVersion(version) {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return
  throw new Error(
    `Switchyard needs Node ${OLDEST_MAJOR} or newer to start; this is Node ${version}.\n` +
      'Install a newer Node (https://nodejs.org/en/download, or nvm, fnm, mise) and run the command again.\n' +
      'It installs the Node 24 that Switchyard itself runs on into node_modules.',
  )
}
