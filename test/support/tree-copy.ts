// A copy of the tree, for pages that tell a person to add files: their blocks are written into it.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { applyDiff } from './apply-diff.ts'
import { type Block, blocksOf } from './markdown-blocks.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What is installed and generated: the copy shares it. */
const SHARED = ['node_modules', 'proto']

export function copyTree(target: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const isOwn = (path: string) => path !== '' && !SHARED.some((folder) => path.startsWith(`${folder}/`))
  for (const path of listed.split('\0').filter(isOwn)) {
    cpSync(join(root, path), join(target, path), { recursive: true })
  }
  for (const folder of SHARED) symlinkSync(join(root, folder), join(target, folder))
}

/** Writes the blocks of a page that name a file into the copy; those in `diff` change one. Returns all blocks. */
export function applyPage(tree: string, page: string): readonly Block[] {
  const blocks = blocksOf(readFileSync(join(root, page), 'utf8'))
  for (const { language, title, text } of blocks) {
    if (title === '') continue
    const file = join(tree, title)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, language === 'diff' ? applyDiff(readFileSync(file, 'utf8'), text) : text)
  }
  return blocks
}

/** Without the variables by which tap and npm would take the commands for parts of a test. */
export function environmentOfCopy(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(tap|npm_|node_options|_tapjs)/i.test(name))
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  return { ...Object.fromEntries(own), PATH, ENVOY_BIN: findEnvoy().path }
}
