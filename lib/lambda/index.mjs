const { createRequire } = process.getBuiltinModule('node:module')
const { handler, init } = createRequire(import.meta.url)('./function.cjs')
await init?.()

export { handler }
