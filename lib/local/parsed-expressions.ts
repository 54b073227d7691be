/** An object of an expression's tree, or of a request. */
type Node = object
type Values = Readonly<Record<string, Node>>

/** What dynalite gives its parsers besides the text. They remove from the last two what the text uses. */
export type ParseContext = {
  readonly attrNames?: Readonly<Record<string, string>> | undefined
  readonly attrVals?: Values | undefined
  readonly unusedAttrNames: Record<string, true>
  readonly unusedAttrVals: Record<string, true>
}

/** The tree of an expression, or the text of what is wrong with it. */
export type Parser = { parse(text: string, options: { context: ParseContext }): unknown }

type Parsed = {
  readonly tree: Node
  readonly placeOf: ReadonlyMap<unknown, string>
  readonly names: readonly string[]
  readonly values: readonly string[]
}

/** The parser compares values where it meets these. */
const LOOKS_AT_VALUES = /between|attribute_type/i

/**
 * Lets a parser of dynalite keep the trees of expressions that it has parsed: its time grows exponentially with the
 * depth of parentheses, and programs send few expressions, each with many values. A tree depends on the types of the
 * values, and contains the values themselves, so each request gets a copy with its own values.
 */
export const keepParsed = (parser: Parser): void => {
  const parse = parser.parse.bind(parser)
  const kept = new Map<string, Parsed>()

  const parseNew = (text: string, context: ParseContext): Parsed | string => {
    const { attrNames = {}, attrVals = {} } = context
    // An expression before this one may have used the same names.
    const unusedAttrNames = all(attrNames)
    const unusedAttrVals = all(attrVals)
    const tree = parse(text, { context: { ...context, unusedAttrNames, unusedAttrVals } })
    if (typeof tree !== 'object' || tree === null) return String(tree)
    return {
      tree,
      placeOf: new Map(Object.entries(attrVals).map(([name, value]) => [value, name])),
      names: Object.keys(attrNames).filter((name) => !unusedAttrNames[name]),
      values: Object.keys(attrVals).filter((name) => !unusedAttrVals[name]),
    }
  }

  parser.parse = (text, options) => {
    const { context } = options
    if (LOOKS_AT_VALUES.test(text)) return parse(text, options)
    const key = keyOf(text, context)
    const known = kept.get(key) ?? parseNew(text, context)
    if (typeof known === 'string') return known
    kept.set(key, known)
    for (const name of known.names) delete context.unusedAttrNames[name]
    for (const name of known.values) delete context.unusedAttrVals[name]
    return copied(known.tree, known.placeOf, context.attrVals ?? {})
  }
}

const all = (named: object): Record<string, true> => Object.fromEntries(Object.keys(named).map((name) => [name, true]))

const keyOf = (text: string, { attrNames, attrVals = {} }: ParseContext): string =>
  JSON.stringify([text, attrNames, Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)])])

/** dynalite changes a tree while it executes it. Some of its objects have no prototype. */
const copied = (part: unknown, placeOf: Parsed['placeOf'], values: Values): unknown => {
  if (typeof part !== 'object' || part === null) return part
  const place = placeOf.get(part)
  if (place !== undefined) return values[place]
  if (Array.isArray(part)) return part.map((each) => copied(each, placeOf, values))
  const copy = Object.create(Object.getPrototypeOf(part))
  for (const [name, each] of Object.entries(part)) copy[name] = copied(each, placeOf, values)
  return copy
}
