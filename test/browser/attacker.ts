import { createServer } from 'node:http'
import { listen } from '../support/loopback.ts'

/** A web page of somebody else, at one of loopback's names; gives its address. */
export const startAttacker = async (host: string): Promise<string> => {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<p>News</p>'))
  const port = await listen(server)
  return `http://${host}:${port}/`
}
