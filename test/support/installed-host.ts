// A folder as the host of docs/guides/run-it.md: its commands run as they are written, with the paths, addresses and ports of
// one test. What systemd and Docker do is done here: they start the command lines of our files.

import { execFile } from 'node:child_process'
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { type RunningProcess, startProcess } from '../../processes/running-process.ts'
import { parseReady } from '../../testbed/part.ts'
import type { Teardowns } from './real-envoy.ts'
import { commandOf, readDockerfile, readUnit } from './service-files.ts'
import { openSession } from './shell-session.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))
const FILES = 'examples/run-it'

/** Commands that need another host or its administrator. Those that start something are noted, for `Services`. */
const STAND_INS: Readonly<Record<string, string>> = {
  sudo: 'exec "$@"',
  useradd: 'exit 0',
  id: 'echo 1000',
  git: 'exec cp -R "$HOST/checkout" "$3"',
  // Without owner and group.
  install:
    'for word; do shift; [ "$before" = -g ] || [ "$word" = -g ] || [ "$before" = -o ] || [ "$word" = -o ] || set -- "$@" "$word"; before=$word; done; exec "$REAL_INSTALL" "$@"',
  systemctl: 'echo systemctl "$@" >> "$HOST/noted"',
  docker: 'echo docker "$@" >> "$HOST/noted"',
}

/** By this variable tests load packages from bundles. A host has the packages themselves. */
const NO_BUNDLES = { NODE_OPTIONS: '' }

/** The options of `docker run` that take a value. */
const WITH_VALUE = [
  '--name',
  '--restart',
  '--network',
  '--user',
  '--tmpfs',
  '--cap-drop',
  '--security-opt',
  '--ulimit',
  '-v',
]
const WITHOUT_VALUE = ['-d', '--read-only']

export interface InstalledHost {
  /** Runs a command of the guide. */
  readonly run: (command: string) => Promise<{ readonly code: number; readonly output: string }>
  /** The text with the paths, addresses and ports of this test. */
  readonly moved: (text: string) => string
}

/** @param replaced addresses and ports of the guide, each with the one of this host; paths are moved into the folder */
export function openHost(
  t: Teardowns,
  folder: string,
  replaced: Readonly<Record<string, string>>,
): InstalledHost {
  // The path of a socket may have 107 bytes.
  const runtime = mkdtempSync('/tmp/yard-run-')
  t.teardown(() => rmSync(runtime, { recursive: true }))
  const moved = (text: string) =>
    text.replaceAll(
      new RegExp(
        String.raw`(?<![\w.-])/(?:opt|etc|run|var/lib|var/cache|usr/local/bin)\b|(?<![\d.])(?:${Object.keys(replaced).join('|')})(?![\d.]*\d)`,
        'g',
      ),
      (found) => replaced[found] ?? (found === '/run' ? runtime : `${folder}${found}`),
    )
  const bin = join(folder, 'stand-ins')
  const home = join(folder, 'home')
  for (const path of [bin, home, 'opt', 'etc/systemd/system', 'var/lib', 'var/cache', 'usr/local/bin']) {
    mkdirSync(path.startsWith('/') ? path : join(folder, path), { recursive: true })
  }
  for (const [name, script] of Object.entries(STAND_INS)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  copyCheckout(join(folder, 'checkout'), moved)
  symlinkSync(findEnvoy().path, join(home, 'envoy'))
  const session = openSession(t, home, {
    ...process.env,
    ...NO_BUNDLES,
    PATH: [bin, join(folder, 'usr/local/bin'), process.env.PATH].join(delimiter),
    HOST: folder,
    REAL_INSTALL: '/usr/bin/install',
    YARD_STATE: join(folder, 'state'),
    YARD_ADMIN: '',
    YARD_TOKEN: '',
    NO_COLOR: '1',
  })
  const services = new Services(folder, moved)
  t.teardown(() => services.stopAll())
  return {
    moved,
    async run(command) {
      writeFileSync(join(folder, 'noted'), '')
      const ended = await session.run(moved(command))
      for (const line of readFileSync(join(folder, 'noted'), 'utf8').split('\n'))
        await services.act(line.split(' '))
      return ended
    },
  }
}

/** Links to the files of this checkout; the files of the guide are copies for this host. */
function copyCheckout(copy: string, moved: (text: string) => string): void {
  mkdirSync(join(copy, FILES), { recursive: true })
  for (const name of globSync('*', { cwd: CHECKOUT })) {
    if (name !== 'examples') symlinkSync(join(CHECKOUT, name), join(copy, name))
  }
  for (const name of globSync('*', { cwd: join(CHECKOUT, FILES) })) {
    writeFileSync(join(copy, FILES, name), moved(readFileSync(join(CHECKOUT, FILES, name), 'utf8')))
  }
}

/** Of systemd: https://www.freedesktop.org/software/systemd/man/latest/systemd-system.conf.html#DefaultTimeoutStopSec= */
const STOP_TIMEOUT_MS = 90_000

/** What systemd and Docker would run. */
class Services {
  readonly #running = new Map<string, RunningProcess>()
  readonly #images = new Map<
    string,
    { readonly words: readonly string[]; readonly defaults: readonly string[] }
  >()
  readonly #folder: string
  readonly #moved: (text: string) => string

  constructor(folder: string, moved: (text: string) => string) {
    this.#folder = folder
    this.#moved = moved
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => running.stop()))
  }

  async act([program, verb = '', ...words]: readonly string[]): Promise<void> {
    if (program === 'docker') await (verb === 'build' ? this.#build(words) : this.#runImage(words))
    if (program !== 'systemctl' || verb === 'daemon-reload') return
    const name = words.at(-1) ?? ''
    if (['stop', 'disable', 'restart'].includes(verb)) await this.#stop(name)
    if (['start', 'enable', 'restart'].includes(verb)) await this.#startUnit(name)
  }

  async #startUnit(name: string): Promise<void> {
    const [template = '', instance] = name.split('@')
    const file = instance === undefined ? `${name}.service` : `${template}@.service`
    const unit = readUnit(readFileSync(join(this.#folder, 'etc/systemd/system', file), 'utf8'))
    for (const [key, parent] of [
      ['StateDirectory', '/var/lib'],
      ['CacheDirectory', '/var/cache'],
      ['RuntimeDirectory', '/run'],
    ] as const) {
      for (const path of unit.get(key) ?? [])
        mkdirSync(this.#moved(join(parent, path.replace('%i', instance ?? ''))), {
          recursive: true,
          mode: 0o700,
        })
    }
    const env = Object.fromEntries((unit.get('Environment') ?? []).map((one) => one.split('=')))
    const started = this.#start(name, commandOf(unit, 'ExecStart', instance), env)
    const [program, ...args] = commandOf(unit, 'ExecStartPost')
    await Promise.all([
      started,
      program && promisify(execFile)(program, args, { env: { ...process.env, ...NO_BUNDLES } }),
    ])
  }

  async #build(words: readonly string[]): Promise<void> {
    const [flag, file = '', tagFlag, tag = '', context = ''] = words
    if (flag !== '-f' || tagFlag !== '-t')
      throw new Error(`docker build has other flags here: ${words.join(' ')}`)
    const dockerfile = readDockerfile(readFileSync(file, 'utf8'))
    const [entrypoint, cmd] = [dockerfile.get('ENTRYPOINT')?.[0], dockerfile.get('CMD')?.[0]]
    const [node, launcher = ''] = entrypoint ?? []
    if (node !== 'node') throw new Error(`the container runs ${entrypoint}`)
    this.#images.set(tag, { words: [process.execPath, join(context, launcher)], defaults: [...(cmd ?? [])] })
  }

  async #runImage(words: readonly string[]): Promise<void> {
    let at = 0
    for (let word = words[at] ?? ''; word.startsWith('-'); word = words[at] ?? '') {
      if (!WITH_VALUE.includes(word) && !WITHOUT_VALUE.includes(word))
        throw new Error(`unknown flag ${word} of docker run`)
      if (word === '-v') rejectOtherPath(words[at + 1] ?? '')
      at += WITH_VALUE.includes(word) ? 2 : 1
    }
    const [image = '', ...args] = words.slice(at)
    const built = this.#images.get(image)
    const command =
      built === undefined ? args : [...built.words, ...(args.length > 0 ? args : built.defaults)]
    await this.#start(image, command, {})
  }

  async #start(
    name: string,
    [program = '', ...args]: readonly string[],
    env: Record<string, string>,
  ): Promise<void> {
    const command = program === 'envoy' ? this.#moved('/usr/local/bin/envoy') : program
    const isEnvoy = basename(command) === 'envoy'
    const started = startProcess({
      name,
      command,
      args,
      env: { ...env, ...NO_BUNDLES },
      dieWithParent: true,
      ready: (line) =>
        isEnvoy ? line.includes('starting workers') || undefined : parseReady<{ xds: string }>(line, 'xds'),
    })
    this.#running.set(name, started)
    await started.ready
  }

  /** @throws Error if it does not end cleanly */
  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name)
    this.#running.delete(name)
    const exit = await running?.stop(STOP_TIMEOUT_MS)
    if (exit !== undefined && exit.code !== 0) throw new Error(`${name} ended with ${JSON.stringify(exit)}`)
  }
}

/** A container sees the same paths as its host, so its command line can run here. */
function rejectOtherPath(volume: string): void {
  const [from, to] = volume.split(':')
  if (from !== to) throw new Error(`${volume} has another path in the container`)
}
