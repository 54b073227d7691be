import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { lexer } from 'marked'
import { ROOT } from './markdown.ts'

/** A block of commands, and what the document shows below it, if it does. */
export type Example = { readonly commands: readonly string[]; readonly printed: string | undefined }

/** Every block that a shell reads. What it prints stands in the next block, with nothing in between. */
export const examplesOf = (file: string): readonly Example[] => {
  const tokens = lexer(readFileSync(`${ROOT}${file}`, 'utf8')).filter(({ type }) => type !== 'space')
  return tokens.flatMap((token, i) => {
    if (token.type !== 'code' || token.lang !== 'sh') return []
    const next = tokens[i + 1]
    const printed = next?.type === 'code' && ['', 'json', undefined].includes(next.lang) ? String(next.text) : undefined
    return [{ commands: commandsOf(token.text), printed }]
  })
}

/** The commands of a block; one may go over several lines. */
const commandsOf = (block: string): readonly string[] => {
  const commands: string[] = []
  let isOpen = false
  for (const line of block.split('\n')) {
    if (isOpen) commands.push(`${commands.pop()}\n${line}`)
    else commands.push(line)
    const quotes = (commands.at(-1) ?? '').match(/'/g)?.length ?? 0
    isOpen = line.endsWith('\\') || quotes % 2 === 1
  }
  return commands
}

/** Commands that stand in the text and in tables, as far as they are whole. */
export const inlineCommandsOf = (file: string): readonly string[] => {
  const outside = readFileSync(`${ROOT}${file}`, 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  const commands = [...outside.matchAll(/`(npx payscore [^`…]*)`/g)].map(([, command = '']) => command)
  return [...new Set(commands)]
}

/** The words of a command as a shell gives them to the program `name`. */
export const wordsOf = (name: string, command: string): readonly string[] =>
  execFileSync('bash', ['-c', `${name}() { printf '%s\\0' "$@"; }\n${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)

/** What a command prints, run by a shell; also where it ends otherwise than with 0. */
export const runInShell = async (
  command: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> => {
  const ran = promisify(execFile)('bash', ['-c', command], options)
  const { stdout, stderr } = await ran.catch((error: { stdout: string; stderr: string }) => error)
  // Progress is told beside the answer, and only where it takes long.
  return stdout || stderr
}

/** Two runs differ in these alone. A line of `…` in a document stands for any lines. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME'],
  [/PUB_KEY_ID_\d{34}/g, 'KEY_ID'],
  [/\b08[0-9A-F]{20,}(-\d+)/g, 'REQUEST$1'],
  [/\b[0-9A-F]{40}\b/g, 'SERIAL'],
  [/\b[0-9a-f]{64}\b/g, 'SHA-256'],
  [/\b10{20,}\d+/g, 'ORDER_ID'],
  [/\b42\d{26}\b/g, 'TRANSACTION_ID'],
  [/\d+ days/g, 'N days'],
  [/-?\d+ s apart/g, 'N s apart'],
  [/local\/\w+/g, 'local/USER'],
  [/in \d+[smhd]\b/g, 'in N'],
  [/\b\d+[smhd] {2}/g, 'N  '],
  [/http:\/\/127\.0\.0\.1:\d+/g, 'http://127.0.0.1:3000'],
]

export const lasting = (text: string): string =>
  CHANGING.reduce((left, [pattern, word]) => left.replaceAll(pattern, word), text).trimEnd()

/** Whether a run printed what a document shows. */
export const isShown = (printed: string, shown: string): boolean => {
  const parts = lasting(shown).split(/^\s*…$/m)
  const pattern = parts.map(escaped).join('[\\s\\S]*')
  return new RegExp(`^${pattern}$`).test(lasting(printed))
}

/** JSON as the documents show it. */
export const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** A document with something else shown below an example. */
export const withPrinted = (text: string, { commands, printed = '' }: Example, now: string): string =>
  text.replace(
    new RegExp(`(${escaped(commands.join('\n'))}\n\`\`\`\n\n\`\`\`\\w*\n)${escaped(printed)}`),
    (_, before: string) => `${before}${now}`,
  )

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
