import type { Readable } from 'node:stream'

/** Collects complete lines of several streams, in order of arrival. */
export const gatherLines = (...streams: readonly Readable[]) => {
  let lines: string[] = []
  for (const stream of streams) {
    let rest = ''
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
    })
    stream.on('end', () => {
      if (rest !== '') lines.push(rest)
      rest = ''
    })
  }
  return {
    /** The lines since the last call. */
    take: (): string[] => {
      const taken = lines
      lines = []
      return taken
    },
  }
}
