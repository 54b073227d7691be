/** The shared strings of a workbook, by index. One buffer takes a fifth of the memory that JavaScript strings take. */
export type Texts = {
  /** Gives false if the size limit is exceeded. */
  readonly add: (text: string) => boolean
  readonly get: (at: number) => string
}

export const createTexts = (maxBytes: number): Texts => {
  let bytes = Buffer.alloc(64 * 1024)
  let ends = new Uint32Array(1024)
  let count = 0
  let used = 0

  return {
    add: (text) => {
      const size = Buffer.byteLength(text)
      if (used + size > maxBytes || count * 4 > maxBytes) return false
      if (used + size > bytes.length) {
        const more = Buffer.alloc(Math.max(bytes.length * 2, used + size))
        bytes.copy(more, 0, 0, used)
        bytes = more
      }
      if (count === ends.length) {
        const more = new Uint32Array(ends.length * 2)
        more.set(ends)
        ends = more
      }
      used += bytes.write(text, used)
      ends[count] = used
      count += 1
      return true
    },
    get: (at) => {
      const end = at < count ? ends[at] : undefined
      return end === undefined ? '' : bytes.toString('utf8', at === 0 ? 0 : ends[at - 1], end)
    },
  }
}
