// Built-ins come by getBuiltinModule: an ESM import of node:http would load more than the program itself does.
const { createRequire } = process.getBuiltinModule('node:module')
const { pathToFileURL } = process.getBuiltinModule('node:url')

/** Loads FILE and gives its work: `once`, or a sync by its `handler`, which must be answered as done. */
export const workOf = async (file) => {
  const { handler, once } = file.endsWith('.mjs')
    ? await import(pathToFileURL(file).href)
    : createRequire(import.meta.url)(file)
  if (once) return once
  const notice = JSON.parse(process.env.BENCH_NOTICE)
  const context = { awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd', getRemainingTimeInMillis: () => 20_000 }
  return async () => {
    const { statusCode, body } = await handler(notice, context)
    if (statusCode !== 200) throw new Error(`the function answered ${statusCode} ${body}`)
  }
}
