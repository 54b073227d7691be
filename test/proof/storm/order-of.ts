/** Whose order an event is about, whatever brought it. */
export const orderOf = (event: unknown): string | undefined => {
  const { pathParameters, detail } = event as Readonly<Record<string, { readonly out_order_no?: string } | undefined>>
  return pathParameters?.out_order_no ?? detail?.out_order_no
}
