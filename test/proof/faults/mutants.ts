import { type InstrumenterOptions, Instrumenter as Stryker } from '@stryker-mutator/instrumenter'

/** One small change of a source text. */
export type Mutant = { readonly from: number; readonly to: number; readonly into: string; readonly what: string }

type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown }

/** Where Stryker stands in its walk through a tree. */
type Path = { readonly node: Node; readonly stop: () => void }

/**
 * The changes of what a source declares by this name, likeliest guards and smallest changes first; of what in it names
 * `word` alone, where one is given. None: the source declares no such thing.
 */
export const mutantsOf = async (
  file: string,
  source: string,
  symbol: string,
  word?: string,
): Promise<readonly Mutant[]> => {
  const read = (program: Node) => {
    const guard = declared(program, symbol)
    return (
      guard && { ...guard, whole: wholeOf(guard), own: nodesIn(guard).flatMap((node) => smallChanges(node, source)) }
    )
  }
  const { found: guard, theirs } = await readByStryker(file, source, read)
  if (!guard) return []
  return [...theirs.filter(({ from, to }) => from >= guard.start && to <= guard.end), ...guard.own]
    .filter(({ from, to }) => !guard.whole.some((node) => node.start === from && node.end === to))
    .filter(({ from, to }) => uses(source.slice(from, to), word))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.to - a.from - (b.to - b.from) || a.from - b.from)
}

/** Whether a source declares this name, and uses the word there. */
export const declares = async (file: string, source: string, symbol: string, word?: string): Promise<boolean> => {
  const textOf = (program: Node, path: Path) => {
    path.stop()
    const guard = declared(program, symbol)
    return guard && source.slice(guard.start, guard.end)
  }
  const { found: text } = await readByStryker(file, source, textOf)
  return text !== undefined && uses(text, word)
}

const uses = (text: string, word?: string): boolean => word === undefined || new RegExp(`\\b${word}\\b`).test(text)

export const mutated = (source: string, { from, to, into }: Mutant): string =>
  source.slice(0, from) + into + source.slice(to)

/** Conditions are the likeliest guards, then clauses that stand in a row. */
const RANKS: readonly (readonly string[])[] = [
  ['ConditionalExpression', 'LogicalOperator', 'EqualityOperator', 'BooleanLiteral', 'operand'],
  ['argument', 'element', 'property', 'CallExpression', 'statement', 'catch', 'list'],
  ['call', 'number', 'Regex', 'ArithmeticOperator', 'MethodExpression', 'OptionalChaining', 'UnaryOperator'],
  ['BlockStatement', 'ArrayDeclaration', 'ObjectLiteral', 'ArrowFunction'],
]
const rankOf = ({ what }: Mutant): number => {
  const rank = RANKS.findIndex((kinds) => kinds.includes(what))
  return rank === -1 ? RANKS.length : rank
}

const nothing = () => undefined
const SILENT = {
  ...{ isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false },
  ...{ isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false },
  ...{ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing },
}

/** Stryker's mutants of a file, and what `read` finds in the tree that Stryker parses, before Stryker alters it. */
const readByStryker = async <T>(file: string, source: string, read: (program: Node, path: Path) => T) => {
  let program: { readonly found: T } | undefined
  const shouldIgnore = (path: object) => {
    program ??= { found: read((path as Path).node, path as Path) }
    return undefined
  }
  const options: InstrumenterOptions = { plugins: null, excludedMutations: [], ignorers: [{ shouldIgnore }] }
  const { mutants } = await new Stryker(SILENT).instrument([{ name: file, content: source, mutate: true }], options)
  const lines = source.split('\n')
  const starts = lines.map((_, i) => lines.slice(0, i).reduce((sum, line) => sum + line.length + 1, 0))
  const offsetOf = ({ line, column }: { line: number; column: number }) => (starts[line] ?? 0) + column
  const theirs = mutants.map(({ location, mutatorName, replacement }) => ({
    from: offsetOf(location.start),
    to: offsetOf(location.end),
    into: mutatorName === 'LogicalOperator' ? `(${replacement})` : replacement,
    what: mutatorName,
  }))
  return { found: program?.found, theirs }
}

/** What is declared at the top by this name. */
const declared = (program: Node, symbol: string): Node | undefined =>
  (program.body as readonly Node[])
    .map((node) => (node.declaration as Node | null) ?? node)
    .flatMap((node) => (node.type === 'VariableDeclaration' ? (node.declarations as readonly Node[]) : [node]))
    .find((node) => (node.id as { readonly name?: string } | null)?.name === symbol)

/** The function that a guard is, and its body: without these nothing passes, whatever they guard. */
const wholeOf = (guard: Node): readonly Node[] => {
  const value = (guard.init as Node | undefined) ?? guard
  const body = value.body as Node | undefined
  if (body?.type === 'BlockStatement') return [value, body]
  return body?.type === 'ArrowFunctionExpression' ? [value, ...wholeOf(body)] : body ? [value] : []
}

const EXPRESSIONS_OF_TYPES = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']
const isNode = (value: unknown): value is Node =>
  typeof (value as Node | null)?.type === 'string' && typeof (value as Node).start === 'number'

/** A node and all that it holds, types aside. */
const nodesIn = (node: Node): readonly Node[] => [
  node,
  ...Object.entries(node)
    .filter(([key]) => !/Comments$/.test(key))
    .flatMap(([, value]) => value)
    .filter(isNode)
    .filter(({ type }) => !type.startsWith('TS') || EXPRESSIONS_OF_TYPES.includes(type))
    .flatMap(nodesIn),
]

/** What Stryker has no mutator for: taking one clause of several away. */
const smallChanges = (node: Node, source: string): readonly Mutant[] => {
  const replace = (what: string, old: Node, by?: Node): Mutant => ({
    from: old.start,
    to: old.end,
    into: by ? `(${source.slice(by.start, by.end)})` : '',
    what,
  })
  switch (node.type) {
    case 'ArrayExpression':
      return withoutEach('element', node.elements as readonly Node[])
    case 'ObjectExpression':
      return withoutEach('property', node.properties as readonly Node[])
    case 'ExpressionStatement':
      return (node.expression as Node).type === 'CallExpression' ? [] : [replace('statement', node)]
    case 'LogicalExpression':
      return [replace('operand', node, node.left as Node), replace('operand', node, node.right as Node)]
    case 'ConditionalExpression':
      return [replace('operand', node, node.consequent as Node), replace('operand', node, node.alternate as Node)]
    case 'NumericLiteral':
      return [{ ...replace('number', node), into: node.value === 0 ? '1' : '0' }]
    case 'CatchClause':
      return [{ ...replace('catch', node), into: 'finally {}' }]
    case 'CallExpression': {
      const { name, object } = node.callee as Node
      const given = node.arguments as readonly Node[]
      const clauses = withoutEach('argument', given)
      if (name === 'and' || name === 'or') return clauses
      const inner = isNode(object) && object.type !== 'Identifier' ? object : given[0]
      return [
        ...(given.length > 1 ? clauses.slice(-1) : []),
        ...(inner && inner.type !== 'SpreadElement' ? [replace('call', node, inner)] : []),
      ]
    }
    case 'ArrowFunctionExpression':
      return passingAll(node, source)
    default:
      return []
  }
}

/** A function that lists what of its argument may go on, with all of it going on. */
const passingAll = (node: Node, source: string): readonly Mutant[] => {
  const list = node.body as Node
  const taken = (node.params as readonly Node[]).find(({ type }) => type === 'ObjectPattern')
  const last = (taken?.properties as readonly Node[] | undefined)?.at(-1)
  if (list.type !== 'ObjectExpression' || !last || last.type === 'RestElement') return []
  const into = `${source.slice(last.start, last.end)}, ...all${source.slice(last.end, list.start)}{ ...all,`
  return [{ from: last.start, to: list.start + 1, into, what: 'list' }]
}

/** The list with one item missing, and its comma. */
const withoutEach = (what: string, items: readonly Node[]): readonly Mutant[] =>
  items.map((item, i) => {
    const next = items[i + 1]
    const before = items[i - 1]
    return { from: next || !before ? item.start : before.end, to: next?.start ?? item.end, into: '', what }
  })
