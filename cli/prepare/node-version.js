// Says early, and in words, that the Node which runs the launcher is too old.

const OLDEST_MAJOR = 20

/** Throws where `version` (such as `18.19.0`) is older than what npm's own packages and the launcher need. */
export function checkNodeVersion(version) {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return
  throw new Error(
    `Switchyard starts on Node ${OLDEST_MAJOR} or newer, and this is Node ${version}.\n` +
      'Install a newer one (https://nodejs.org/en/download, or nvm, fnm, mise) and run the command again:\n' +
      'the Node 24 that the project itself runs on is then installed below node_modules.',
  )
}
