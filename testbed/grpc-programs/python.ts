// The example client and server in Python. pip fetches the packages that they require into `.tools/`, once.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { sourceFile } from '../part.ts'
import { fillOnce } from './fill-once.ts'
import type { GrpcProgram, GrpcRole } from './grpc-program.ts'

export const INSTALL_PYTHON = 'sudo apt-get install -y python3-pip'

const REQUIREMENTS = ['clients', 'servers'].map((folder) =>
  sourceFile(`services/${folder}/python/requirements.txt`),
)

/** @throws SwitchyardError `process-failed` without Python or pip, with how to install them, or with the output of pip */
export function findPythonProgram(role: GrpcRole, env = process.env): GrpcProgram {
  return {
    command: 'python3',
    args: [sourceFile(`services/${role}s/python/main.py`)],
    // Its lines reach us as it prints them.
    env: { PYTHONPATH: pythonPackages(env), PYTHONUNBUFFERED: '1' },
  }
}

/**
 * gRPC for Python with its tools.
 * @returns the folder with the packages, for this version of Python and these requirements
 * @throws SwitchyardError `process-failed` without Python or pip, with how to install them, or with the output of pip
 */
export function pythonPackages(env: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256')
  for (const file of REQUIREMENTS) hash.update(readFileSync(file))
  const name = `grpc-python${pythonVersion(env)}-${hash.digest('hex').slice(0, 12)}`
  const folder = join(sourceFile('.tools'), name)
  return fillOnce(folder, (fresh) => {
    const flags = ['--disable-pip-version-check', '--quiet', '--only-binary', ':all:', '--target', fresh]
    const required = REQUIREMENTS.flatMap((file) => ['--requirement', file])
    const pip = spawnSync('python3', ['-m', 'pip', 'install', ...flags, ...required], {
      env: { ...env, PIP_ROOT_USER_ACTION: 'ignore' },
      encoding: 'utf8',
    })
    if (pip.status !== 0) throw missing(`pip could not fetch gRPC for Python:\n${pip.stderr}`)
  })
}

/** Such as `3.11`: wheels are for one version. */
function pythonVersion(env: NodeJS.ProcessEnv): string {
  const program = 'import sys; print("%d.%d" % sys.version_info[:2])'
  const { status, stdout } = spawnSync('python3', ['-c', program], { env, encoding: 'utf8' })
  if (status !== 0) throw missing('Python is not installed')
  return stdout.trim()
}

function missing(what: string): SwitchyardError {
  return new SwitchyardError(
    'process-failed',
    `${what}. The example client in Python needs it: ${INSTALL_PYTHON}`,
  )
}
