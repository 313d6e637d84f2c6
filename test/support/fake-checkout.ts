// A fake checkout for tests: the real launcher, with fakes around it that log their calls.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The files of the launcher. */
const LAUNCHER = ['cli/launch.js', 'cli/prepare', 'envoy-bootstrap/find-envoy.js']

const project = fileURLToPath(new URL('../..', import.meta.url))

/** Logs its arguments and links a Node where npm installs one. With `NPM_IGNORES_SCRIPTS` only `rebuild` links it. */
const NPM = `#!/bin/sh
echo "npm $*" >> calls.log
[ -z "$NPM_FAILS" ] || exit 3
mkdir -p node_modules/.bin
[ "$1" != rebuild ] && [ -n "$NPM_IGNORES_SCRIPTS" ] && exit 0
ln -sf '${process.execPath}' node_modules/.bin/node
`

const YARD = `console.log(JSON.stringify({ args: process.argv.slice(2), envoy: process.env.ENVOY_BIN, cache: process.env.NODE_COMPILE_CACHE }))
process.exitCode = Number(process.env.YARD_EXIT ?? 0)
`

const FILES = {
  'bin/npm': NPM,
  'bin/envoy': '#!/bin/sh\necho "envoy  version: 0a1b/1.40.0/Clean/RELEASE/BoringSSL"\n',
  'package-lock.json': '{}',
  '.taprc': '',
  'proto/generate.js': `import { appendFileSync } from 'node:fs'\nappendFileSync('calls.log', 'generate\\n')\n`,
  'node_modules/tap/dist/esm/run.mjs': `import { appendFileSync } from 'node:fs'\nappendFileSync('calls.log', 'tap build\\n')\n`,
  'cli/yard.ts': YARD,
  'test/support/run-suites.ts': YARD,
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class FakeCheckout {
  readonly root: string

  constructor(root: string) {
    this.root = root
    for (const path of LAUNCHER) cpSync(join(project, path), join(root, path), { recursive: true })
    for (const [path, content] of Object.entries(FILES)) this.write(path, content)
    for (const command of ['npm', 'envoy']) chmodSync(join(root, 'bin', command), 0o755)
  }

  get #env(): NodeJS.ProcessEnv {
    return { PATH: `${join(this.root, 'bin')}:/usr/bin:/bin` }
  }

  write(path: string, content: string): void {
    mkdirSync(join(this.root, path, '..'), { recursive: true })
    writeFileSync(join(this.root, path), content)
  }

  /** Starts the launcher with its output piped. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    return spawn(process.execPath, [join(this.root, 'cli/launch.js'), ...args], {
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** Starts the launcher from a shell, which prints the launcher's id and waits for it. */
  startFromShell(env: NodeJS.ProcessEnv) {
    const launcher = [process.execPath, join(this.root, 'cli/launch.js')]
    return spawn('/bin/sh', ['-c', '"$@" & echo $!; wait', 'sh', ...launcher], {
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  async launch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const child = this.start(args, env)
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    return { code, stdout, stderr }
  }

  /** The calls since the last call of this method. */
  calls(): string[] {
    const log = join(this.root, 'calls.log')
    if (!existsSync(log)) return []
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    writeFileSync(log, '')
    return lines.filter((line) => line !== '')
  }
}
